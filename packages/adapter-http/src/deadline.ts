import type { NoResponseCause } from "@electrum-vouchers/core";

/** The wait for one answer, from before its message is sent until it is complete: it ends once, for one reason. */
export interface Deadline {
  /** Aborts what is under way once the wait has ended. */
  readonly signal: AbortSignal;
  /** Resolves with the reason when the wait has ended. */
  readonly ended: Promise<NoResponseCause>;
  /** To be called right before sending: `false` where the wait has ended, and nothing may be sent any more. */
  markSent(): boolean;
  /** Whether anything may have been sent. */
  wasSent(): boolean;
  /** Whether the answer that is now complete came in time. */
  isInTime(): boolean;
  /** Gives up: `stopped`, or `notSent` where nothing was sent yet. */
  stop(): void;
  /** Nothing is waited for any more: leaves no timer behind. */
  dispose(): void;
}

/** Node turns a longer timer into one of a millisecond. 24.8 days are no deadline for an answer anyway. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Starts the wait. Its time is measured by the monotonic clock: a wall clock that is set while we wait neither cuts a sale
 * short nor lets an answer count that came too late.
 */
export function startDeadline(timeMs: number): Deadline {
  const abort = new AbortController();
  const ended = Promise.withResolvers<NoResponseCause>();
  const endsAtMs = performance.now() + timeMs;
  let sending = false;

  const end = (cause: NoResponseCause): void => {
    clearTimeout(timer);
    ended.resolve(sending ? cause : "notSent");
    abort.abort();
  };
  const timer = setTimeout(() => end("deadline"), Math.min(timeMs, LONGEST_TIMER_MS));

  // A busy process fires its timers late, so the clock is asked as well.
  const inTime = (): boolean => {
    if (performance.now() >= endsAtMs) end("deadline");
    return !abort.signal.aborted;
  };

  return {
    signal: abort.signal,
    ended: ended.promise,
    markSent: () => {
      sending = inTime();
      return sending;
    },
    wasSent: () => sending,
    isInTime: inTime,
    stop: () => end("stopped"),
    dispose: () => clearTimeout(timer),
  };
}
