// What becomes of a transaction's waits when the clock was set back. Each wait is stored as the moment at which it ends. If the clock
// was ahead by then, that moment may be years away, and a confirmation, an open request or a cancellation would sleep until then.
//
// Rules
// 1. Each wait begins anew, and ends no later than a whole wait of its kind from now. It is never longer than its policy says.
// 2. A confirmation is due at once.
// 3. A reversal is due a whole reply deadline from now at the latest: its request may have been sent a moment ago.
// 4. To count anew twice is harmless: what has been counted anew lies within its bound.
//
// What it does not know: that the clock was set back. Whoever reads the store finds out, by a commit time that lies in the future.

import { policyInForce } from "../policy-in-force.ts";
import { sameJson } from "../json.ts";
import type { Instant } from "../time.ts";
import type { Confirming, Reversing } from "./finalization-state.ts";
import type { InDoubt } from "./in-doubt.ts";
import type { AnyTransaction as Transaction } from "./any-transaction.ts";

/** The transaction with each of its waits counted from `at`; the same object if none lies beyond its bound. */
export function countAnew(transaction: Transaction, at: Instant): Transaction {
  const recounted = recount(transaction, (end, waitMs) => Math.min(end, at + waitMs));
  return sameJson(recounted, transaction) ? transaction : recounted;
}

/** A wait that ends then, and takes so long at most. */
type Bounded = (end: Instant, waitMs: number) => Instant;

function recount(transaction: Transaction, bounded: Bounded): Transaction {
  const {
    replyDeadlineMs,
    retryBackoff,
    lookupBackoff,
    lookupExpiryMs,
    decisionDeadlineMs = 0,
  } = policyInForce(transaction);
  const deadline = (end: Instant): Instant => bounded(end, replyDeadlineMs);
  switch (transaction.state) {
    case "requesting":
      return { ...transaction, deadlineAt: deadline(transaction.deadlineAt), ...doubtOf(transaction, deadline) };
    case "lookingUp":
    case "redeeming":
      return { ...transaction, deadlineAt: deadline(transaction.deadlineAt) };
    case "waitingToRetry":
      return {
        ...transaction,
        retryAt: bounded(transaction.retryAt, retryBackoff.maxMs),
        inDoubt: inDoubtOf(transaction.inDoubt, deadline),
      };
    case "waitingToLookUp":
      return { ...transaction, lookUpAt: bounded(transaction.lookUpAt, lookupBackoff.maxMs) };
    case "found":
    case "lookupFailed":
      return { ...transaction, expiresAt: bounded(transaction.expiresAt, lookupExpiryMs) };
    case "issued":
      return {
        ...transaction,
        ...decideByOf(transaction, decisionDeadlineMs, bounded),
        ...doubtOf(transaction, deadline),
      };
    case "redeemed":
    case "refunded":
      return { ...transaction, ...decideByOf(transaction, decisionDeadlineMs, bounded) };
    case "confirming":
      return { ...transaction, ...confirmingOf(transaction, bounded) };
    case "reversing":
      return { ...transaction, ...reversingOf(transaction, deadline) };
    case "disputed": {
      const { finalizing } = transaction;
      return {
        ...transaction,
        finalizing:
          finalizing.state === "confirming" ? confirmingOf(finalizing, bounded) : reversingOf(finalizing, deadline),
      };
    }
    default:
      return transaction;
  }
}

type Deadline = (end: Instant) => Instant;

const inDoubtOf = (inDoubt: InDoubt, deadline: Deadline): InDoubt =>
  inDoubt.latestDeadlineAt === undefined
    ? inDoubt
    : { ...inDoubt, latestDeadlineAt: deadline(inDoubt.latestDeadlineAt) };

const doubtOf = (
  { inDoubt }: { readonly state: string; readonly inDoubt?: InDoubt },
  deadline: Deadline,
): { readonly inDoubt?: InDoubt } => (inDoubt === undefined ? {} : { inDoubt: inDoubtOf(inDoubt, deadline) });

const decideByOf = (
  { decideBy }: { readonly decideBy?: Instant },
  waitMs: number,
  bounded: Bounded,
): { readonly decideBy?: Instant } => (decideBy === undefined ? {} : { decideBy: bounded(decideBy, waitMs) });

function confirmingOf(confirming: Confirming, bounded: Bounded): Confirming {
  const dueAt = confirming.notBefore ?? confirming.decision.at;
  const notBefore = bounded(dueAt, 0);
  return notBefore === dueAt ? confirming : { ...confirming, notBefore };
}

const reversingOf = (reversing: Reversing, deadline: Deadline): Reversing => ({
  ...reversing,
  notBefore: deadline(reversing.notBefore),
  ...doubtOf(reversing, deadline),
});
