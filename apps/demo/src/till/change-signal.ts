import type { EventListener } from "@electrum-vouchers/runtime";

/** Lets a program wait for a change of a till's transactions. */
export interface ChangeSignal {
  readonly onEvent: EventListener;
  /** Waits until `isDone` resolves with true. It is called at once and after each change. Resolves with `false` at the time-out. */
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
          // Read before `isDone` is called, so that a change meanwhile is not missed.
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
