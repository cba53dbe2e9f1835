import type { Instant } from "@electrum-vouchers/core";

/** The life of one till process: once it has ended, nothing that it waits for ever comes back to it. */
export interface Life {
  /** Of the place where it runs. */
  readonly name: string;
  /** What its wall clock shows. */
  readonly now: () => Instant;
  readonly isOver: () => boolean;
  end(): void;
  /** Resolves when it ends. */
  readonly ended: Promise<void>;
  /** What `work` gives, to whoever is still alive to see it. */
  outlive<Value>(work: PromiseLike<Value>): Promise<Value>;
}

export function startLife(name: string, now: () => Instant): Life {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let isOver = false;
  return {
    name,
    now,
    isOver: () => isOver,
    end: () => {
      isOver = true;
      resolve();
    },
    ended,
    outlive: async (work) => {
      const value = await work;
      return isOver ? forEver() : value;
    },
  };
}

/** A new one each time: a promise that never settles keeps everybody who waits for it. */
export const forEver = (): Promise<never> => new Promise(() => undefined);
