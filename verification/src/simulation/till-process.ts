import type { Instant } from "@electrum-vouchers/core";

/** The life of one till process: once it has ended, nothing that it waits for ever comes back to it. */
export interface TillProcess {
  /** Of the place where it runs. */
  readonly name: string;
  /** What its wall clock shows. */
  readonly now: () => Instant;
  readonly isDead: () => boolean;
  kill(): void;
  /** Resolves when it ends. */
  readonly died: Promise<void>;
  /** What `work` gives, to whoever is still alive to see it. */
  untilKilled<Value>(work: PromiseLike<Value>): Promise<Value>;
}

export function startTillProcess(name: string, now: () => Instant): TillProcess {
  const { promise: died, resolve } = Promise.withResolvers<void>();
  let isDead = false;
  return {
    name,
    now,
    isDead: () => isDead,
    kill: () => {
      isDead = true;
      resolve();
    },
    died,
    untilKilled: async (work) => {
      const value = await work;
      return isDead ? waitForever() : value;
    },
  };
}

/** A new one each time: a promise that never settles keeps everybody who waits for it. */
export const waitForever = (): Promise<never> => new Promise(() => undefined);
