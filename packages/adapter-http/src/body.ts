/** A message's body, ready for `fetch`. */
export interface OutgoingBody {
  readonly body: ReadableStream<Uint8Array>;
  readonly headers: { readonly "content-type": string; readonly "content-length": string };
}

/**
 * JSON text as a body that can be sent once only. `fetch` repeats a request by itself when the answer is 421 and it still has
 * the body's source: a redeemVoucher would be processed twice. A stream has no source. The length is stated so that the message
 * goes out in one piece all the same, not chunked.
 */
export function outgoingBody(json: string): OutgoingBody {
  const bytes = Buffer.from(json, "utf8");
  return {
    body: ReadableStream.from([bytes]),
    headers: { "content-type": "application/json", "content-length": String(bytes.byteLength) },
  };
}

/**
 * The whole body as text (UTF-8; what is no UTF-8 becomes U+FFFD), or `undefined` where it has more than `maxBytes`, counted after
 * decompression. Leaving early cancels the stream, which drops the connection.
 */
export async function readText(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<string | undefined> {
  if (body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let byteCount = 0;
  for await (const chunk of body) {
    byteCount += chunk.byteLength;
    if (byteCount > maxBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
