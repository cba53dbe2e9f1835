import { err, ok, type Result } from "neverthrow";
import type { Policy } from "./policy.ts";
import type { Instant } from "./time.ts";
import { nextDue, type Transaction } from "./transaction.ts";

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
export function mayLookUp(transaction: Transaction, at: Instant): Result<void, LookupTooEarly> {
  const { lookupAfterMs } = policyOf(transaction);
  const endedAt = endOf(transaction);
  if (endedAt !== undefined && at >= endedAt + lookupAfterMs) return ok();
  const earliestEnd = endedAt ?? nextDue(transaction)?.at;
  return err({
    type: "lookupTooEarly",
    state: transaction.state,
    ...(earliestEnd === undefined ? {} : { allowedFrom: Math.max(at, earliestEnd + lookupAfterMs) }),
  });
}

/** The policy that is in force: a redemption may have got another one with `redeem`. */
const policyOf = (transaction: Transaction): Policy =>
  "redeem" in transaction ? (transaction.redeem.policy ?? transaction.start.policy) : transaction.start.policy;

/** When a transaction reached its final state; `undefined` while it is open. */
function endOf(transaction: Transaction): Instant | undefined {
  switch (transaction.state) {
    case "completed":
      return transaction.approval.at;
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
