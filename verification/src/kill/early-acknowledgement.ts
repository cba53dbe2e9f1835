import { setTimeout as pause } from "node:timers/promises";
import type { Outbox } from "@electrum-vouchers/core/ports";
import { okAsync } from "neverthrow";

const COMMIT_DELAY_MS = 100;

/** An outbox that acknowledges a confirmation shortly before it is stored. The kills must detect that. */
export const acknowledgeEarly = <Store extends Outbox>(outbox: Store): Store => ({
  ...outbox,
  commit: (change) => {
    if (change.state !== "confirming") return outbox.commit(change);
    void commitLater();
    return okAsync();

    async function commitLater(): Promise<void> {
      await pause(COMMIT_DELAY_MS);
      (await outbox.commit(change)).orTee(({ type }) => console.error(type));
    }
  },
});
