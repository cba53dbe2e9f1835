import type { Clock } from "./clock.ts";

/** Tells that a step was committed, here or by another process. */
export interface StepSignal {
  notify(): void;
  /** Resolves at the next step, when the signal aborts, or after some time: a store may not tell of each step. */
  next(signal: AbortSignal): Promise<void>;
}

/** How long a step that nothing tells of may go unnoticed. */
const MAX_WAIT_MS = 1_000;

export function createStepSignal(clock: Pick<Clock, "sleep">): StepSignal {
  let waiting = new AbortController();
  return {
    notify: () => {
      waiting.abort();
      waiting = new AbortController();
    },
    next: (signal) => clock.sleep(MAX_WAIT_MS, AbortSignal.any([waiting.signal, signal])),
  };
}
