import type { Observer } from "@electrum-vouchers/runtime";

/** Lets a program wait for what a till does. */
export interface Watch {
  readonly observe: Observer;
  /** Waits until `isDone`, asked now and after every step; gives `false` where that takes longer than `withinMs`. */
  readonly until: (isDone: () => Promise<boolean>, withinMs: number) => Promise<boolean>;
}

export function createWatch(): Watch {
  let stepped = Promise.withResolvers<void>();
  return {
    observe: ({ type }) => {
      if (type !== "step") return;
      stepped.resolve();
      stepped = Promise.withResolvers();
    },
    until: async (isDone, withinMs) => {
      const timeUp = Promise.withResolvers<"timeUp">();
      const timer = setTimeout(() => timeUp.resolve("timeUp"), withinMs);
      try {
        for (;;) {
          // Taken before asking, so that a step in between is not missed.
          const next = stepped.promise;
          if (await isDone()) return true;
          if ((await Promise.race([next, timeUp.promise])) === "timeUp") return false;
        }
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
