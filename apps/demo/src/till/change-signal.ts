import type { EventListener } from "@electrum-vouchers/runtime";

/** Lets a program wait for a change of a till's transactions. */
export interface ChangeSignal {
  readonly onEvent: EventListener;
  /** Another process may have changed a transaction. */
  readonly notify: () => void;
  /** Whether Electrum has refused the credentials: then waiting does not help. */
  readonly hasRefusedCredentials: () => boolean;
  /** Waits until `isDone` resolves with true. It is called at once and after each change. Resolves with `false` at the time-out. */
  readonly waitUntil: (isDone: () => Promise<boolean>, timeoutMs: number) => Promise<boolean>;
}

export function createChangeSignal(): ChangeSignal {
  let changed = Promise.withResolvers<void>();
  let hasRefusedCredentials = false;

  function notify(): void {
    changed.resolve();
    changed = Promise.withResolvers();
  }

  return {
    notify,
    hasRefusedCredentials: () => hasRefusedCredentials,
    onEvent: (event) => {
      const isRefusal = event.type === "alert" && event.alert.reason === "credentials";
      if (event.type !== "step" && event.type !== "forwarder" && !isRefusal) return;
      hasRefusedCredentials ||= isRefusal;
      notify();
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
