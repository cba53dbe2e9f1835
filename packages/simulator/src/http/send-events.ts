import type { ServerResponse } from "node:http";
import type { RunningSwitch } from "./running-switch.ts";
import { sendResponse } from "./send-response.ts";

/** What a listener that reads nothing may have waiting, in bytes. Then its connection ends; a browser's comes again by itself. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** Sends what happens, as server-sent events, until the listener has gone. */
export function sendEvents(running: Pick<RunningSwitch, "observe">, response: ServerResponse): void {
  const stop = running.observe((event) => {
    response.write(`data: ${JSON.stringify(event)}\n\n`);
    if (response.writableLength > MAX_WAITING_BYTES) response.destroy();
  });
  if (stop === undefined) return sendResponse(response, { status: 503, body: "" });
  response.once("close", stop);
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.flushHeaders();
}
