import { decode, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { Change, CommitError, Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";
import { createMemoryOutbox } from "@electrum-vouchers/testkit";
import { ok, type ResultAsync } from "neverthrow";

/** The one outbox that all till processes of a run share, and that outlives them. */
export interface Store extends Outbox, OutboxInspection {
  /** Every transaction as it is stored now. */
  all(): readonly Transaction[];
}

/** Told of every step once it is durable. */
export type Committed = (before: Transaction | undefined, after: Transaction, change: Change) => void;

export function createStore(committed: Committed): Store {
  const outbox = createMemoryOutbox();
  const transactions = new Map<Uuid, Transaction>();

  const commit = (change: Change): ResultAsync<void, CommitError> =>
    outbox.commit(change).andThen(() => {
      const before = transactions.get(change.id);
      const after = decode(change.record)._unsafeUnwrap();
      transactions.set(change.id, after);
      committed(before, after, change);
      return ok();
    });

  return { ...outbox, commit, all: () => [...transactions.values()] };
}
