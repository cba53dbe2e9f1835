/**
 * JSON text as a body that can be sent only once. If a response is 421 and `fetch` still has the body's source, it repeats the
 * request by itself: a redeemVoucher would be processed twice. A stream has no source. The caller sets `content-length`, so that
 * the body is not sent chunked.
 */
export const singleUseBody = (json: string): ReadableStream<Uint8Array> =>
  ReadableStream.from([Buffer.from(json, "utf8")]);

/**
 * The whole body as text, or `undefined` if it has more than `maxBytes` after decompression. Bytes that are not UTF-8 become
 * U+FFFD. Leaving the loop early cancels the stream, which drops the connection.
 */
export async function readText(body: AsyncIterable<Uint8Array> | null, maxBytes: number): Promise<string | undefined> {
  if (body === null) return "";
  const chunks: Uint8Array[] = [];
  let byteCount = 0;
  for await (const chunk of body) {
    byteCount += chunk.byteLength;
    if (byteCount > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return utf8.decode(Buffer.concat(chunks, byteCount));
}

const utf8 = new TextDecoder();
