/**
 * JSON text as a body that can be sent once only. `fetch` repeats a request by itself when the answer is 421 and it still has
 * the body's source: a redeemVoucher would be processed twice. A stream has no source. Its length belongs into a header, so that
 * the message goes out in one piece all the same, not chunked.
 */
export const singleUseBody = (json: string): ReadableStream<Uint8Array> =>
  ReadableStream.from([Buffer.from(json, "utf8")]);

/**
 * The whole body as text (UTF-8; what is no UTF-8 becomes U+FFFD), or `undefined` where it has more than `maxBytes`, counted after
 * decompression. Leaving early cancels the stream, which drops the connection.
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
