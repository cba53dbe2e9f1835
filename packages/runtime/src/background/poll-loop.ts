import type { Clock } from "../clock.ts";

/** Looks again and again, one look after the other. */
export interface PollLoop {
  /** Look now, or again where a look is under way. */
  notify(): void;
  isStopping(): boolean;
  /** Looks no more; resolves once the look that is under way has ended. */
  stop(): Promise<void>;
}

export interface PollLoopOptions {
  readonly clock: Pick<Clock, "sleep">;
  /** Gives how long to wait before the next look, unless notified. */
  poll(): Promise<number>;
  /** It looks by itself this often, whatever the last look gave. */
  readonly maxSleepMs: number;
}

/** Why a sleep ends early. Without a reason given, each `abort` makes an error with a stack, which takes longer than the rest. */
const NOTIFIED = "notified";

export function startPollLoop({ clock, poll, maxSleepMs }: PollLoopOptions): PollLoop {
  const stopping = new AbortController();
  let sleeping = new AbortController();
  let isNotified = false;

  function notify(): void {
    isNotified = true;
    sleeping.abort(NOTIFIED);
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      isNotified = false;
      const waitMs = await poll();
      if (isNotified) continue;
      sleeping = new AbortController();
      await clock.sleep(Math.min(Math.max(waitMs, 0), maxSleepMs), sleeping.signal);
    }
  }

  const running = loop();
  return {
    notify,
    isStopping: () => stopping.signal.aborted,
    stop: async () => {
      stopping.abort();
      notify();
      await running;
    },
  };
}
