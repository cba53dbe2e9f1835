import { setTimeout as pause } from "node:timers/promises";
import type { Outbox } from "@electrum-vouchers/core/ports";
import { okAsync } from "neverthrow";

const HASTE_MS = 100;

/** An outbox that says of a confirmation that it is stored a little before it is: what the kills must find. */
export const hasty = <Store extends Outbox>(outbox: Store): Store => ({
  ...outbox,
  commit: (change) => {
    if (change.state !== "confirming") return outbox.commit(change);
    void later();
    return okAsync();

    async function later(): Promise<void> {
      await pause(HASTE_MS);
      (await outbox.commit(change)).orTee(({ type }) => console.error(type));
    }
  },
});
