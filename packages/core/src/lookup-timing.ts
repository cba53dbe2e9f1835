import { err, ok, type Result } from "neverthrow";
import { policyInForce } from "./policy-in-force.ts";
import type { Instant } from "./time.ts";
import { nextDue, type Transaction } from "./transaction.ts";
import type { TransactionView } from "./view.ts";

/** It is too early for a lookup: Electrum may not have received and processed the outcome yet. */
export interface LookupTooEarly {
  readonly type: "lookupTooEarly";
  readonly state: string;
  /** The earliest moment at which a lookup can be allowed. Absent if that depends on the till or on an operator. */
  readonly allowedFrom?: Instant;
}

/**
 * Whether the till may look up one of its own transactions at Electrum. It must not while the transaction is open, nor for the
 * policy's `lookupAfterMs` after its end: a lookup must not be used to resolve a pending outcome.
 *
 * @example
 * mayLookUp(sale, Date.now()).match(send, ({ allowedFrom }) => askAgainAt(allowedFrom))
 */
export function mayLookUp(transaction: Transaction | TransactionView, at: Instant): Result<void, LookupTooEarly> {
  const { lookupAfterMs } = policyInForce(transaction);
  const endedAt = endOf(transaction);
  if (endedAt !== undefined && (at >= endedAt + lookupAfterMs || endedAt > at + CLOCK_TOLERANCE_MS)) return ok();
  const earliestEnd = endedAt ?? nextDue(transaction)?.at;
  return err({
    type: "lookupTooEarly",
    state: transaction.state,
    ...(earliestEnd === undefined ? {} : { allowedFrom: Math.max(at, earliestEnd + lookupAfterMs) }),
  });
}

/** An end that lies further ahead was stored by a clock that was wrong. How long ago it was is not known, and it may be long. */
const CLOCK_TOLERANCE_MS = 60_000;

/** When Electrum had processed the outcome of a transaction; `undefined` while that is open. */
function endOf(transaction: Transaction | TransactionView): Instant | undefined {
  switch (transaction.state) {
    case "completed":
      return transaction.approval.at;
    // Electrum's refusal or contradiction proves that it has processed the outcome (contract I.7).
    case "disputed":
      return transaction.dispute.at;
    case "resolved":
      return transaction.resolution.at;
    case "confirmed":
    case "reversed":
    case "declined":
    case "abandoned":
      return transaction.at;
    default:
      return undefined;
  }
}
