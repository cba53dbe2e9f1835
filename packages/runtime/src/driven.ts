import type { Uuid } from "@electrum-vouchers/core";

/** The transactions that somebody in this process drives just now. */
export interface Driven {
  has(id: Uuid): boolean;
  /** Runs `work`, with the transaction counted as driven until it ends. */
  run<Value>(id: Uuid, work: () => PromiseLike<Value>): Promise<Value>;
  /** Resolves once those who drive it now have ended. */
  ended(id: Uuid): Promise<void>;
  /** Resolves once all who drive any now have ended. */
  allEnded(): Promise<void>;
}

export function createDriven(): Driven {
  const drivers = new Map<Uuid, Set<Promise<unknown>>>();

  async function ended(id: Uuid): Promise<void> {
    await Promise.allSettled(drivers.get(id) ?? new Set());
  }

  return {
    has: (id) => drivers.has(id),
    ended,
    allEnded: async () => {
      await Promise.all([...drivers.keys()].map(ended));
    },
    run: async (id, work) => {
      const working = Promise.resolve(work());
      const together = drivers.get(id) ?? new Set();
      drivers.set(id, together.add(working));
      try {
        return await working;
      } finally {
        together.delete(working);
        if (together.size === 0) drivers.delete(id);
      }
    },
  };
}
