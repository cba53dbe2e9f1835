import type { EventListener } from "@electrum-vouchers/runtime";

/** Lets a program wait for what a till does. */
export interface ChangeSignal {
  readonly onEvent: EventListener;
  /** Waits until `isDone`, asked now and whenever something has changed; gives `false` where it is not within that time. */
  readonly waitUntil: (isDone: () => Promise<boolean>, timeoutMs: number) => Promise<boolean>;
}

export function createChangeSignal(): ChangeSignal {
  let changed = Promise.withResolvers<void>();
  return {
    onEvent: ({ type }) => {
      if (type !== "step" && type !== "forwarder") return;
      changed.resolve();
      changed = Promise.withResolvers();
    },
    waitUntil: async (isDone, withinMs) => {
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
