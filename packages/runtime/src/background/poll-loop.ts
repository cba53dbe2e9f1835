import type { Clock } from "../clock.ts";

/** Polls again and again, one poll after the other. */
export interface PollLoop {
  /** Polls now, or once more if a poll is under way. */
  notify(): void;
  isStopping(): boolean;
  /** Stops polling. Resolves once the poll that is under way has ended. */
  stop(): Promise<void>;
}

export interface PollLoopOptions {
  readonly clock: Pick<Clock, "sleep">;
  /** Gives how long to wait before the next poll, unless the loop is notified. */
  poll(): Promise<number>;
  /** The longest wait between two polls. */
  readonly maxSleepMs: number;
}

/** The reason why a sleep ends early. Without one, each `abort` makes an error with a stack, which costs more than the poll. */
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
