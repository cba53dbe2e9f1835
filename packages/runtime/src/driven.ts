import type { Uuid } from "@electrum-vouchers/core";

/** The transactions that somebody in this process drives just now. */
export interface Driven {
  has(id: Uuid): boolean;
  /** Runs `work`, with the transaction counted as driven until it ends. */
  run<Value>(id: Uuid, work: () => PromiseLike<Value>): Promise<Value>;
  /** Resolves once nobody drives it. */
  ended(id: Uuid): Promise<void>;
  /** Resolves once nobody drives any. */
  allEnded(): Promise<void>;
}

export function createDriven(): Driven {
  const drivers = new Map<Uuid, Set<PromiseLike<unknown>>>();

  async function ended(id: Uuid): Promise<void> {
    await Promise.allSettled(drivers.get(id) ?? []);
  }

  return {
    has: (id) => drivers.has(id),
    ended,
    allEnded: async () => {
      await Promise.all([...drivers.keys()].map(ended));
    },
    run: async (id, work) => {
      const working = work();
      const others = drivers.get(id) ?? new Set();
      drivers.set(id, others.add(working));
      try {
        return await working;
      } finally {
        others.delete(working);
        if (others.size === 0) drivers.delete(id);
      }
    },
  };
}
