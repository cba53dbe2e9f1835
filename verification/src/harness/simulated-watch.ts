import type { Outbox } from "@electrum-vouchers/core/ports";
import type { Clock } from "@electrum-vouchers/runtime";

/** How the processes on a file hear of each other, in simulated time. A real watch looks by the real clock. */
export interface SimulatedWatch {
  /** The outbox of one process. It is told of what the others do, and they are told of its commits. */
  connect<Store extends Outbox>(outbox: Store): Store;
  /** A process has ended. */
  tellEnd(): void;
}

/** As long as the slowest watch may take. */
const DELAY_MS = 200;

export function createSimulatedWatch({ sleep }: Pick<Clock, "sleep">): SimulatedWatch {
  const listeners = new Map<() => void, Outbox | undefined>();

  /** Tells all but the outbox that did it. */
  function tell(by: Outbox | undefined): void {
    void sleep(DELAY_MS).then(() => {
      for (const [listener, outbox] of listeners) if (outbox !== by || by === undefined) listener();
    });
  }

  return {
    connect: (outbox) => ({
      ...outbox,
      commit: (change) => outbox.commit(change).map(() => tell(outbox)),
      watch: (listener) => {
        // Wrapped, so that each watch is one of its own.
        const told = (): void => listener();
        listeners.set(told, outbox);
        return () => void listeners.delete(told);
      },
    }),
    tellEnd: () => tell(undefined),
  };
}
