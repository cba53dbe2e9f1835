import type { IncomingMessage } from "node:http";

export type RequestBody =
  | { readonly type: "complete"; readonly text: string }
  | { readonly type: "tooLarge" }
  /** The sender closed the connection before the body was complete. */
  | { readonly type: "broken" };

/** Reads the whole body, up to the limit. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<RequestBody> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // If the body is too large, the request is not destroyed, so that a response can still be sent.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      if (!Buffer.isBuffer(chunk)) continue;
      size += chunk.length;
      if (size > maxBytes) return { type: "tooLarge" };
      chunks.push(chunk);
    }
  } catch {
    return { type: "broken" };
  }
  return { type: "complete", text: Buffer.concat(chunks).toString("utf8") };
}

/** The token of OAuth2, if there is one. */
export const bearerTokenOf = (authorization: string | undefined): string | undefined =>
  /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization ?? "")?.[1];

/** The user name of the Basic authentication. If there is none, it is "null", as in Electrum's test server. */
export function userOf(authorization: string | undefined): string {
  const encoded = /^Basic ([A-Za-z0-9+/=_-]+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return "null";
  const credentials = Buffer.from(encoded, "base64").toString("utf8");
  const colon = credentials.indexOf(":");
  return colon < 0 ? credentials : credentials.slice(0, colon);
}
