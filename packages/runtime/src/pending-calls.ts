import type { Clock } from "./clock.ts";

/** The calls of the till that wait for something, and their end when the till stops. */
export interface PendingCalls {
  /** What `work` gives; nothing if the till does not wait for it any longer. */
  untilAbandoned<Value>(work: PromiseLike<Value>): Promise<Value | undefined>;
  /** Counts a call as pending until it has its answer. */
  track<Value>(call: Promise<Value>): Promise<Value>;
  /** Nothing is waited for any longer: each pending call says how things stand. Resolves once all have, or after a bound. */
  abandon(): Promise<void>;
}

/** A pending call reads its transaction once more. A store that takes longer does not answer. */
const MAX_ANSWER_MS = 1_000;

export function createPendingCalls(clock: Pick<Clock, "sleep">): PendingCalls {
  const pending = new Set<Promise<unknown>>();
  const { promise: abandoned, resolve } = Promise.withResolvers<undefined>();

  return {
    untilAbandoned: (work) => Promise.race([work, abandoned]),
    track: async (call) => {
      pending.add(call);
      try {
        return await call;
      } finally {
        pending.delete(call);
      }
    },
    abandon: async () => {
      resolve(undefined);
      const bound = new AbortController();
      await Promise.race([Promise.allSettled(pending), clock.sleep(MAX_ANSWER_MS, bound.signal)]);
      bound.abort();
    },
  };
}
