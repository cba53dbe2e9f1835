/**
 * JSON text as a body that can be sent only once. If a response is 421 and `fetch` still has the body's source, it repeats the
 * request by itself: a redeemVoucher would be processed twice. A stream has no source. The caller sets `content-length`, so that
 * the body is not sent chunked.
 */
export const singleUseBody = (json: string): ReadableStream<Uint8Array> =>
  ReadableStream.from([Buffer.from(json, "utf8")]);

/**
 * The whole body as text, or `undefined` if it has more than `maxBytes` after decompression. Leaving the loop early cancels the
 * stream, which drops the connection.
 */
export async function readText(
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
  contentType: string | null,
): Promise<string | undefined> {
  if (body === null) return "";
  const chunks: Uint8Array[] = [];
  let byteCount = 0;
  for await (const chunk of body) {
    byteCount += chunk.byteLength;
    if (byteCount > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return decodeText(Buffer.concat(chunks, byteCount), contentType);
}

/** Stands for a body that cannot be read: neither empty nor JSON, so that it is not taken for Electrum's word. */
export const UNREADABLE = "\uFFFD";

/**
 * The bytes as the text that they declare to be: the `charset` of the content type, else UTF-8. A code that is read wrongly is
 * another customer's money, so bytes that do not fit make the whole body unreadable.
 */
export function decodeText(bytes: Uint8Array, contentType: string | null): string {
  const [, charset = "utf-8"] = CHARSET.exec(contentType ?? "") ?? [];
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return UNREADABLE;
  }
}

const CHARSET = /;\s*charset\s*=\s*"?([^\s";]+)"?/i;
