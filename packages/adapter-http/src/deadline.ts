// The time limit of one message: from before its credentials are asked for until its response is complete.
//
//   waiting ── markSent ──▶ sent ── response complete, isInTime ──▶ a response
//      │                      └── time over · stop ──▶ `deadline` · `stopped`
//      └── time over · stop ──▶ `notSent`
//
// Rules
// 1. It ends once, for one cause. Once it has ended, the signal aborts what is under way, and no response counts.
// 2. `notSent` is a promise: nothing of the message has left. So `markSent` must be the last step before sending, with no `await`
//    between them. If the time is over by then, it returns false and nothing may be sent: the core has reversals that wait only
//    for this moment (`notBefore`), and a request that is sent later would overtake its reversal.
// 3. After `markSent`, each end leaves the outcome unknown, even if not a byte was sent.
// 4. The time is measured by the monotonic clock. If the wall clock is set meanwhile, that neither ends a sale early nor lets a
//    late response count. The wall clock is read once, to compute how long to wait.
// 5. A timer alone is not enough: a busy process fires it late. So `markSent` and `isInTime` read the clock as well.
// 6. `dispose` clears the timer, so that a finished message keeps no process alive.
//
// What it does not know: HTTP, and what a cause means. The core treats every missing response as an unknown outcome.

import type { NoResponseCause } from "@electrum-vouchers/core";

/** The time limit of one message. */
export interface Deadline {
  /** Aborts once the deadline has ended. */
  readonly signal: AbortSignal;
  /** Resolves with the cause once the deadline has ended. */
  readonly ended: Promise<NoResponseCause>;
  /** Call it right before sending. If it returns `false`, nothing may be sent any more. */
  markSent(): boolean;
  /** Whether a part of the message may have been sent. */
  wasSent(): boolean;
  /** Call it when the response is complete: whether it came in time. */
  isInTime(): boolean;
  /** Ends the deadline with `stopped`, or with `notSent` if nothing was sent yet. */
  stop(): void;
  /** Clears the timer. */
  dispose(): void;
}

/** 24.8 days: Node turns a longer timer into one of a millisecond. No response takes that long. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Starts a deadline that ends after `timeMs` milliseconds. */
export function startDeadline(timeMs: number): Deadline {
  const abort = new AbortController();
  const ended = Promise.withResolvers<NoResponseCause>();
  const endsAtMs = performance.now() + timeMs;
  let isSent = false;

  const end = (cause: NoResponseCause): void => {
    clearTimeout(timer);
    ended.resolve(isSent ? cause : "notSent");
    abort.abort();
  };
  const timer = setTimeout(() => end("deadline"), Math.min(timeMs, LONGEST_TIMER_MS));

  const isInTime = (): boolean => {
    if (performance.now() >= endsAtMs) end("deadline");
    return !abort.signal.aborted;
  };

  return {
    signal: abort.signal,
    ended: ended.promise,
    markSent: () => {
      isSent = isInTime();
      return isSent;
    },
    wasSent: () => isSent,
    isInTime,
    stop: () => end("stopped"),
    dispose: () => clearTimeout(timer),
  };
}
