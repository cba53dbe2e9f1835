import type { Command, Instant, SendRequest, WakeAt } from "@electrum-vouchers/core";

/** In the foreground a customer waits for the transaction; in recovery no customer does. */
export type ExecutionMode = "foreground" | "recovery";

/** What to do about a command, in this process and now. */
export type Plan =
  /** Send the request, and feed what comes back. */
  | { readonly type: "send"; readonly command: SendRequest }
  /** Wait here for so long (0 if it is time already), then feed the timer's fact. */
  | { readonly type: "wait"; readonly command: WakeAt; readonly waitMs: number }
  /** The advice is stored: the forwarder delivers it. */
  | { readonly type: "leaveToForwarder" }
  /** The timer is stored: recovery claims the transaction when it is due. */
  | { readonly type: "leaveToRecovery" };

/**
 * Decides who executes a command. A customer waits for the next attempt; a decision deadline and an attempt of another process
 * are left to recovery, since they may be far away. Recovery itself waits for nothing: what is not due is claimed again later.
 *
 * @example
 * planFor({ type: "wakeAt", timer: "retry", attempt: 0, at: now + 1_000 }, now, "foreground")
 * // { type: "wait", command, waitMs: 1000 }
 */
export function planFor(command: Command, now: Instant, mode: ExecutionMode): Plan {
  switch (command.type) {
    case "sendRequest":
      return { type: "send", command };
    case "queueAdvice":
      return { type: "leaveToForwarder" };
    case "wakeAt": {
      const waitMs = Math.max(command.at - now, 0);
      const isNextAttempt = command.timer === "retry" || command.timer === "lookup";
      return waitMs === 0 || (isNextAttempt && mode === "foreground")
        ? { type: "wait", command, waitMs }
        : { type: "leaveToRecovery" };
    }
  }
}
