import {
  type Advice,
  isLookup,
  operations,
  type OutgoingMessage,
  type ProvisionRequest,
  type RedemptionRequest,
  type RefundRequest,
  type Transaction,
  type Uuid,
} from "@electrum-vouchers/core";

/** The one advice that the transaction owes or owed. */
export function adviceOf(transaction: Transaction): Advice | undefined {
  switch (transaction.state) {
    case "confirming":
    case "reversing":
    case "confirmed":
    case "reversed":
      return transaction.advice;
    case "disputed":
    case "resolved":
      return transaction.finalizing.advice;
    default:
      return undefined;
  }
}

/** The message that names the transaction, once there is one. */
export function requestOf(
  transaction: Transaction | undefined,
): ProvisionRequest | RedemptionRequest | RefundRequest | undefined {
  if (transaction === undefined) return undefined;
  if (transaction.kind !== "redemption") return transaction.start.request;
  return "redeem" in transaction ? transaction.redeem.request : undefined;
}

export const isAdvice = (outgoing: OutgoingMessage): outgoing is Advice =>
  operations[outgoing.operation].kind !== "request";

/** The transaction that a message belongs to. A lookup belongs to none: it says what it looks for, and not for whom. */
export function transactionIdOf(outgoing: OutgoingMessage): Uuid | undefined {
  if (isLookup(outgoing)) return undefined;
  return isAdvice(outgoing) ? outgoing.message.requestId : outgoing.message.id;
}
