import type { Instant } from "@electrum-vouchers/core";

/** A till process that can be killed. Once it is dead, nothing that it waits for ever comes back to it. */
export interface TillProcess {
  /** The name of the till, which a process that is started in its place bears too. */
  readonly name: string;
  /** What its wall clock shows. */
  readonly now: () => Instant;
  readonly isDead: () => boolean;
  kill(): void;
  /** Resolves when it dies. */
  readonly died: Promise<void>;
  /** What `work` gives; never settles if the process is dead by then. */
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

/** A new promise each time: one that never settles keeps everything alive that waits for it. */
export const waitForever = (): Promise<never> => new Promise(() => undefined);
