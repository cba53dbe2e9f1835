import type { ServerResponse } from "node:http";
import type { Instant } from "@electrum-vouchers/core";
import { alterResponse, createReplacement } from "../faults/alter-response.ts";
import type { Fault } from "../faults/fault.ts";
import type { SwitchRequest } from "../switch/handle.ts";
import type { SwitchResponse } from "../switch/response.ts";
import { sendResponse, sendFirstHalf, resetConnection } from "./send-response.ts";
import type { AcceptedRequest } from "./accepted-request.ts";
import type { RunningSwitch } from "./running-switch.ts";
import type { Timers } from "./timers.ts";

export interface ServeContext {
  readonly running: RunningSwitch;
  readonly timers: Timers;
  readonly now: () => Instant;
  /** Resets every connection and refuses new ones for `durationMs`. A restart may lose the memory. */
  readonly startOutage: (durationMs: number, memory: "kept" | "lost") => void;
}

/** Serves one request, with the fault that the plan gives it. */
export async function serve(serving: ServeContext, request: SwitchRequest, response: ServerResponse): Promise<void> {
  const accepted = serving.running.accept(request);
  const sent = await applyFault(serving, accepted, response);
  serving.running.log(accepted, sent, serving.now());
}

/** Processes the request and executes its fault. Returns the response that was sent, if one was. */
async function applyFault(
  serving: ServeContext,
  { request, attributes, fault }: AcceptedRequest,
  response: ServerResponse,
): Promise<SwitchResponse | undefined> {
  const process = (): SwitchResponse => serving.running.process({ ...request, at: serving.now() });
  const finish = async (content: SwitchResponse, delayMs = 0): Promise<SwitchResponse> => {
    await serving.timers.wait(delayMs + (content.delayMs ?? 0));
    sendResponse(response, content);
    return content;
  };
  if (fault === undefined || attributes === undefined) return finish(process());

  switch (fault.kind) {
    case "refused":
      serving.startOutage(fault.durationMs, "kept");
      return undefined;
    case "restart":
      serving.startOutage(fault.durationMs, fault.memory);
      return undefined;
    case "reset":
      if (fault.processed) process();
      resetConnection(response);
      return undefined;
    case "noResponse":
      if (fault.processed) process();
      response.once(
        "close",
        serving.timers.schedule(MAX_NO_RESPONSE_MS, () => resetConnection(response)),
      );
      return undefined;
    case "delayed":
      await serving.timers.wait(fault.delayMs);
      return finish(process());
    case "duplicate":
      process();
      return finish(process());
    case "emulateTestServer":
      return finish(serving.running.process({ ...request, at: serving.now(), emulateTestServer: true }));
    case "slowHeaders":
      return finish(process(), fault.delayMs);
    case "slowBody":
    case "truncatedBody":
      return sendHalf(serving, fault, process(), response);
    case "status":
    case "error":
      if (fault.processed) process();
      return finish(createReplacement(fault, attributes));
    case "wrongContentType":
    case "notJson":
    case "emptyBody":
    case "wrongId":
      return finish(alterResponse(fault, process()));
  }
}

/** Longer than any sensible time-out. If the sender still waits by then, its connection is reset. */
const MAX_NO_RESPONSE_MS = 5 * 60 * 1000;

async function sendHalf(
  { timers }: ServeContext,
  fault: Extract<Fault, { readonly kind: "slowBody" | "truncatedBody" }>,
  content: SwitchResponse,
  response: ServerResponse,
): Promise<SwitchResponse> {
  await timers.wait(content.delayMs ?? 0);
  const rest = sendFirstHalf(response, content);
  if (fault.kind === "truncatedBody") {
    response.socket?.end();
  } else {
    await timers.wait(fault.delayMs);
    response.end(rest);
  }
  return content;
}
