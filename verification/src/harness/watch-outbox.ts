import type { Change, Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";

/** The outbox, with `onCommit` called for every change that has become durable. */
export const watchCommits = <Store extends Outbox>(outbox: Store, onCommit: (change: Change) => void): Store => ({
  ...outbox,
  commit: (change) => outbox.commit(change).map(() => onCommit(change)),
});

/** Whether nothing is due any more. What is left waits for a caller, or for the operator. */
export const isNothingDue = (outbox: Pick<OutboxInspection, "summary">): Promise<boolean> =>
  outbox.summary().match(
    ({ due }) => due.advice + due.replyDeadline + due.timer === 0,
    () => false,
  );
