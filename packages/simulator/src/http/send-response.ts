import type { ServerResponse } from "node:http";
import type { SwitchResponse } from "../switch/response.ts";

/** Sends the whole response. */
export function sendResponse(response: ServerResponse, content: SwitchResponse): void {
  if (content.status < 200) return sendProcessing(response, content.status);
  const sent = BODYLESS.includes(content.status) ? { ...content, body: "" } : content;
  writeHead(response, sent);
  response.end(sent.body);
}

/** Sends the head, with the length of the whole body, and the first half of the body. Returns the rest. */
export function sendFirstHalf(response: ServerResponse, content: SwitchResponse): string {
  writeHead(response, content);
  const middle = Math.floor(content.body.length / 2);
  response.write(content.body.slice(0, middle));
  return content.body.slice(middle);
}

/** HTTP allows no body with these statuses. */
const BODYLESS: readonly number[] = [204, 304];

function writeHead(
  response: ServerResponse,
  { status, body, contentType, allow, retryAfterSeconds }: SwitchResponse,
): void {
  response.writeHead(status, {
    ...(body === "" ? {} : { "content-type": contentType ?? "application/json" }),
    ...(allow === undefined ? {} : { allow: allow.join(", ") }),
    ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
    "content-length": Buffer.byteLength(body),
  });
}

/**
 * Sends Electrum's 102, "still processing". In HTTP, 102 is an interim response, so a client goes on waiting for a final status.
 * The connection is closed at once, so that the client learns that none will come.
 */
function sendProcessing(response: ServerResponse, status: number): void {
  response.socket?.end(`HTTP/1.1 ${status} Processing\r\n\r\n`);
}

/** Resets the connection (TCP RST). */
export function resetConnection(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}
