import type { Advice, ProvisionRequest, RedemptionRequest, Transaction } from "@electrum-vouchers/core";

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
export function requestOf(transaction: Transaction | undefined): ProvisionRequest | RedemptionRequest | undefined {
  if (transaction === undefined) return undefined;
  if (transaction.kind === "provision") return transaction.start.request;
  return "redeem" in transaction ? transaction.redeem.request : undefined;
}
