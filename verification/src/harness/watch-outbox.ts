import type { Instant } from "@electrum-vouchers/core";
import type { Change, Outbox, OutboxInspection, OutboxSummary, Work } from "@electrum-vouchers/core/ports";

/** The outbox, with `onCommit` called for every change that has become durable. */
export const watchCommits = <Store extends Outbox>(outbox: Store, onCommit: (change: Change) => void): Store => ({
  ...outbox,
  commit: (change) => outbox.commit(change).map(() => onCommit(change)),
});

/** By then, all that waits is due. */
export const END_OF_TIME: Instant = Number.MAX_SAFE_INTEGER;

/** Whether nothing is due any more, now or later. What is left waits for a caller, or for the operator. */
export const isNothingDue = (outbox: Pick<OutboxInspection, "summary">): Promise<boolean> =>
  outbox.summary(END_OF_TIME).match(
    (summary) => dueWorkIn(summary).length === 0,
    () => false,
  );

/** What is due by itself. A lookup that has ended waits for its caller, and is given up only after a day. */
export function dueWorkIn({ due, states }: OutboxSummary): readonly Work[] {
  const endedLookups = (states["found"] ?? 0) + (states["lookupFailed"] ?? 0);
  const left = {
    replyDeadline: due.replyDeadline.count,
    timer: due.timer.count - endedLookups,
    advice: due.advice.count,
  };
  return (["replyDeadline", "timer", "advice"] as const).filter((work) => left[work] > 0);
}
