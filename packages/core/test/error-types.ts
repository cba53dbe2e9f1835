/** What a published error type means for a request and for an advice. `byStatus`: only the status decides. */
export interface ErrorTypeMeaning {
  /** `unknown`: the outcome is unknown, whatever the status. `unknownSale`: only for a provision or its retry. */
  readonly request: "unknown" | "unknownSale" | "byStatus";
  readonly advice: AdviceMeaning | "byStatus";
  /** Electrum has not published it, so an error of this type is Electrum's only if it names our message. */
  readonly isUnpublished?: true;
}

/**
 * - `duplicate`, `already`: acknowledged
 * - `repeat`: no response from upstream
 * - `halt`: the credentials are wrong
 * - `refused`: a repeat cannot help
 * - `contradicted`: Electrum has another outcome
 * - `notLocated`: nothing to undo, or nothing to confirm
 * - `notRedeemed`: to a confirmRedeem, perhaps the response to a repeat; to any other advice, a refusal
 * - `notRefunded`: to a confirmRefund, perhaps the response to a repeat; to any other advice, the status decides
 * - `provisionConfirmed` and the like: the same as the advice, the opposite, or about the other kind of transaction
 */
export type AdviceMeaning =
  | "duplicate"
  | "already"
  | "repeat"
  | "halt"
  | "refused"
  | "contradicted"
  | "notLocated"
  | "notRedeemed"
  | "provisionConfirmed"
  | "provisionReversed"
  | "redemptionConfirmed"
  | "redemptionReversed"
  | "notRefunded"
  | "refundConfirmed"
  | "refundReversed";

const byStatus: ErrorTypeMeaning = { request: "byStatus", advice: "byStatus" };
const malformed: ErrorTypeMeaning = { request: "byStatus", advice: "refused" };

/** Electrum's error types and their meanings: a table of its own, to compare the classifiers with. */
export const errorTypes: Readonly<Record<string, ErrorTypeMeaning>> = {
  UPSTREAM_UNAVAILABLE: { request: "unknown", advice: "repeat" },
  VOUCHER_STATUS_UNKNOWN: { request: "unknown", advice: "repeat" },
  DUPLICATE_RECORD: { request: "unknown", advice: "duplicate" },
  FORMAT_ERROR: malformed,
  FUNCTION_NOT_SUPPORTED: malformed,
  TRANSACTION_NOT_SUPPORTED: malformed,
  GENERAL_ERROR: byStatus,
  INVALID_AMOUNT: malformed,
  ROUTING_ERROR: byStatus,
  UNABLE_TO_LOCATE_RECORD: { request: "byStatus", advice: "notLocated" },
  INVALID_MERCHANT: malformed,
  INVALID_VOUCHER: malformed,
  AUTHENTICATION_ERROR: { request: "byStatus", advice: "halt" },
  VOUCHER_ALREADY_PROVISIONED: { request: "unknownSale", advice: "byStatus" },
  VOUCHER_ALREADY_CONFIRMED: { request: "unknownSale", advice: "provisionConfirmed" },
  VOUCHER_ALREADY_REVERSED: { request: "byStatus", advice: "provisionReversed" },
  VOUCHER_ALREADY_REDEEMED: { request: "byStatus", advice: "contradicted" },
  VOUCHER_NOT_REDEEMABLE: byStatus,
  VOUCHER_NOT_REDEEMED: { request: "byStatus", advice: "notRedeemed" },
  REDEMPTION_ALREADY_CONFIRMED: { request: "byStatus", advice: "redemptionConfirmed" },
  REDEMPTION_ALREADY_REVERSED: { request: "byStatus", advice: "redemptionReversed" },
  REDEMPTION_NOT_CONFIRMED: byStatus,
  VOUCHER_ALREADY_REFUNDED: byStatus,
  VOUCHER_NOT_REFUNDED: { request: "byStatus", advice: "notRefunded" },
  REFUND_ALREADY_CONFIRMED: { request: "byStatus", advice: "refundConfirmed" },
  REFUND_ALREADY_REVERSED: { request: "byStatus", advice: "refundReversed" },
  INSUFFICIENT_AMOUNT: byStatus,
  DO_NOT_HONOUR: byStatus,
  DO_NOT_HONOR: byStatus,
  INSUFFICIENT_FUNDS: byStatus,
  INVALID_ACCOUNT: byStatus,
  TRANSACTION_DECLINED: byStatus,
  LIMIT_EXCEEDED: byStatus,
  // Electrum's sibling services have it.
  ACCOUNT_ALREADY_SETTLED: { request: "byStatus", advice: "already", isUnpublished: true },
  A_TYPE_OF_NEXT_YEAR: { ...byStatus, isUnpublished: true },
  // A gateway's own.
  NO_ROUTE: { ...byStatus, isUnpublished: true },
};
