import type { Uuid } from "@electrum-vouchers/core";

/** The transactions that calls in this process drive at the moment. */
export interface ActiveTransactions {
  has(id: Uuid): boolean;
  ids(): readonly Uuid[];
  /** Runs `work`. The transaction counts as active until it ends. */
  track<Value>(id: Uuid, work: () => PromiseLike<Value>): Promise<Value>;
  /** Calls the listener whenever a transaction is active no longer. */
  onEnd(listener: (id: Uuid) => void): void;
  /** Resolves once all work on this transaction that is active now has ended. */
  whenDone(id: Uuid): Promise<void>;
  /** Resolves once all work that is active now has ended. */
  whenIdle(): Promise<void>;
}

export function createActiveTransactions(): ActiveTransactions {
  const running = new Map<Uuid, Set<Promise<unknown>>>();
  const listeners: ((id: Uuid) => void)[] = [];

  async function whenDone(id: Uuid): Promise<void> {
    await Promise.allSettled(running.get(id) ?? new Set());
  }

  return {
    has: (id) => running.has(id),
    ids: () => [...running.keys()],
    onEnd: (listener) => void listeners.push(listener),
    whenDone,
    whenIdle: async () => {
      await Promise.all([...running.keys()].map(whenDone));
    },
    track: async (id, work) => {
      const working = Promise.resolve(work());
      const tracked = running.get(id) ?? new Set();
      running.set(id, tracked.add(working));
      try {
        return await working;
      } finally {
        tracked.delete(working);
        if (tracked.size === 0 && running.delete(id)) for (const listener of listeners) listener(id);
      }
    },
  };
}
