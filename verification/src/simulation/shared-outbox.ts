import { decode, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { Change, CommitError, Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";
import { createMemoryOutbox } from "@electrum-vouchers/testkit";
import { ok, type ResultAsync } from "neverthrow";

/** The one outbox that all till processes of a run share, and that outlives them. */
export interface SharedOutbox extends Outbox, OutboxInspection {
  /** Every transaction as it is stored now. */
  transactions(): readonly Transaction[];
}

/** Told of every step once it is durable. */
export type CommitListener = (before: Transaction | undefined, after: Transaction, change: Change) => void;

export function createSharedOutbox(onCommit: CommitListener): SharedOutbox {
  const outbox = createMemoryOutbox();
  const latest = new Map<Uuid, Transaction>();

  const commit = (change: Change): ResultAsync<void, CommitError> =>
    outbox.commit(change).andThen(() => {
      const before = latest.get(change.id);
      const after = decode(change.record)._unsafeUnwrap();
      latest.set(change.id, after);
      onCommit(before, after, change);
      return ok();
    });

  return { ...outbox, commit, transactions: () => [...latest.values()] };
}
