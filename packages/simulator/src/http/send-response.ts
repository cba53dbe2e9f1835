import type { ServerResponse } from "node:http";
import type { SwitchResponse } from "../switch/response.ts";

/** Sends the whole answer. */
export function sendResponse(response: ServerResponse, answered: SwitchResponse): void {
  if (answered.status < 200) return sendProcessing(response, answered.status);
  const sent = BODYLESS.includes(answered.status) ? { ...answered, body: "" } : answered;
  writeHead(response, sent);
  response.end(sent.body);
}

/** Sends the first half of the body and gives the rest, which was promised. */
export function sendFirstHalf(response: ServerResponse, answered: SwitchResponse): string {
  writeHead(response, answered);
  const middle = Math.floor(answered.body.length / 2);
  response.write(answered.body.slice(0, middle));
  return answered.body.slice(middle);
}

/** HTTP allows these statuses no body. */
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
 * Electrum's 102 "still processing" is, to HTTP, no answer but the promise of one: a client waits on for a final status.
 * It is sent as it is, and then the connection is closed, so that the client learns at once that none will come.
 */
function sendProcessing(response: ServerResponse, status: number): void {
  response.socket?.end(`HTTP/1.1 ${status} Processing\r\n\r\n`);
}

/** Breaks the connection: the client's system reports a reset. */
export function resetConnection(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}
