import type { ServerResponse } from "node:http";
import type { Instant } from "@electrum-vouchers/core";
import { alter, replacement } from "../faults/alter.ts";
import type { Fault } from "../faults/fault.ts";
import type { SwitchRequest } from "../switch/handle.ts";
import type { SwitchResponse } from "../switch/response.ts";
import { answer, answerHalf, reset } from "./answer.ts";
import type { Accepted, RunningSwitch } from "./running-switch.ts";
import type { Timers } from "./timers.ts";

export interface Serving {
  readonly running: RunningSwitch;
  readonly timers: Timers;
  readonly now: () => Instant;
  /** Stops listening for a while, every connection broken; a restart may lose the memory. */
  readonly outage: (forMs: number, memory: "kept" | "lost") => void;
}

/** Serves one request, and lets happen to it what the fault plan says. */
export async function serve(serving: Serving, request: SwitchRequest, response: ServerResponse): Promise<void> {
  const accepted = serving.running.accept(request);
  const answered = await perform(serving, accepted, response);
  serving.running.log(accepted, answered, serving.now());
}

/** Gives back what was answered, if anything was. */
async function perform(
  serving: Serving,
  { request, subject, fault }: Accepted,
  response: ServerResponse,
): Promise<SwitchResponse | undefined> {
  const process = (): SwitchResponse => serving.running.process({ ...request, at: serving.now() });
  const finish = async (answered: SwitchResponse, delayMs = 0): Promise<SwitchResponse> => {
    await serving.timers.wait(delayMs + (answered.delayMs ?? 0));
    answer(response, answered);
    return answered;
  };
  if (fault === undefined || subject === undefined) return finish(process());

  switch (fault.kind) {
    case "refused":
      serving.outage(fault.forMs, "kept");
      return undefined;
    case "restart":
      serving.outage(fault.forMs, fault.memory);
      return undefined;
    case "reset":
      if (fault.processed) process();
      reset(response);
      return undefined;
    case "silent":
      if (fault.processed) process();
      response.once(
        "close",
        serving.timers.after(MAX_SILENCE_MS, () => reset(response)),
      );
      return undefined;
    case "late":
      await serving.timers.wait(fault.delayMs);
      return finish(process());
    case "duplicate":
      process();
      return finish(process());
    case "likeTestServer":
      return finish(serving.running.process({ ...request, at: serving.now(), likeTestServer: true }));
    case "slowHeaders":
      return finish(process(), fault.delayMs);
    case "slowBody":
    case "truncatedBody":
      return sendHalf(serving, fault, process(), response);
    case "status":
    case "error":
      if (fault.processed) process();
      return finish(replacement(fault, subject));
    case "wrongContentType":
    case "notJson":
    case "emptyBody":
    case "wrongId":
      return finish(alter(fault, process()));
  }
}

/** Longer than any sensible time-out. A sender that is still there by then is let go. */
const MAX_SILENCE_MS = 5 * 60 * 1000;

async function sendHalf(
  { timers }: Serving,
  fault: Extract<Fault, { readonly kind: "slowBody" | "truncatedBody" }>,
  answered: SwitchResponse,
  response: ServerResponse,
): Promise<SwitchResponse> {
  await timers.wait(answered.delayMs ?? 0);
  const rest = answerHalf(response, answered);
  if (fault.kind === "truncatedBody") {
    response.socket?.end();
  } else {
    await timers.wait(fault.delayMs);
    response.end(rest);
  }
  return answered;
}
