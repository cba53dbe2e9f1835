import type { Observer } from "@electrum-vouchers/runtime";

/** Lets a program wait for what a till does. */
export interface Watch {
  readonly observe: Observer;
  /** Waits until `isDone`, asked now and whenever something has changed; gives `false` where it is not within that time. */
  readonly until: (isDone: () => Promise<boolean>, withinMs: number) => Promise<boolean>;
}

export function createWatch(): Watch {
  let changed = Promise.withResolvers<void>();
  return {
    observe: ({ type }) => {
      if (type !== "step" && type !== "forwarder") return;
      changed.resolve();
      changed = Promise.withResolvers();
    },
    until: async (isDone, withinMs) => {
      const timeUp = Promise.withResolvers<"timeUp">();
      const timer = setTimeout(() => timeUp.resolve("timeUp"), withinMs);
      try {
        for (;;) {
          // Taken before asking, so that what happens in between is not missed.
          const next = changed.promise;
          if (await isDone()) return true;
          if ((await Promise.race([next, timeUp.promise])) === "timeUp") return false;
        }
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
