import { type KnownErrorType, type OutgoingMessage, operations } from "@electrum-vouchers/core";

/**
 * Which error responses may replace the switch's own without lying. No client can handle a switch that declines what it has
 * processed, or acknowledges what it has not. Everything else it may say, whatever it has done.
 *
 * Written from Electrum's documents alone: nothing here asks the code under test how it classifies a response.
 */
export type ErrorPermission = "always" | "if processed" | "if not processed";

export function permissionFor(
  outgoing: OutgoingMessage,
  status: number,
  errorType: KnownErrorType | undefined,
): ErrorPermission {
  const { kind } = operations[outgoing.operation];
  // An error with a server's status, or one that asks for a retry, leaves the outcome open.
  const isOpen = (status >= 500 && status !== 501) || [401, 403, 408, 425, 429].includes(status);
  if (kind !== "request") return acknowledges(outgoing, status, errorType) ? "if processed" : "always";
  if (errorType !== undefined && leavesInDoubt(outgoing, errorType)) return "always";
  return isOpen && ![401, 403].includes(status) ? "always" : "if not processed";
}

/** Error types that leave the outcome of a request open, whatever the status. */
const leavesInDoubt = ({ operation }: OutgoingMessage, errorType: KnownErrorType): boolean =>
  ["UPSTREAM_UNAVAILABLE", "VOUCHER_STATUS_UNKNOWN", "DUPLICATE_RECORD"].includes(errorType) ||
  (["provisionVoucher", "retryProvisionVoucher"].includes(operation) &&
    ["VOUCHER_ALREADY_PROVISIONED", "VOUCHER_ALREADY_CONFIRMED"].includes(errorType));

/** Errors that count as an acknowledgement of an advice. */
function acknowledges({ operation }: OutgoingMessage, status: number, errorType: KnownErrorType | undefined): boolean {
  if (errorType === "DUPLICATE_RECORD") return true;
  if (errorType === alreadyDoneErrorTypes[operation]) return true;
  if (errorType === "VOUCHER_NOT_REDEEMED") return operation === "confirmRedeem";
  return operations[operation].kind === "reversal" && (status === 404 || errorType === "UNABLE_TO_LOCATE_RECORD");
}

const alreadyDoneErrorTypes: Readonly<Partial<Record<OutgoingMessage["operation"], KnownErrorType>>> = {
  confirmVoucher: "VOUCHER_ALREADY_CONFIRMED",
  reverseVoucher: "VOUCHER_ALREADY_REVERSED",
  confirmRedeem: "REDEMPTION_ALREADY_CONFIRMED",
  reverseRedeem: "REDEMPTION_ALREADY_REVERSED",
};

/** Every error type that Electrum has published, with the statuses under which it may come. */
export const errorStatuses: Readonly<Record<KnownErrorType, readonly number[]>> = {
  AUTHENTICATION_ERROR: [400, 401, 403],
  DO_NOT_HONOR: [400, 404],
  DO_NOT_HONOUR: [400, 404],
  DUPLICATE_RECORD: [400],
  FORMAT_ERROR: [400],
  FUNCTION_NOT_SUPPORTED: [400, 501],
  GENERAL_ERROR: [400, 404, 500],
  INSUFFICIENT_AMOUNT: [400],
  INSUFFICIENT_FUNDS: [400],
  INVALID_ACCOUNT: [400],
  INVALID_AMOUNT: [400],
  INVALID_MERCHANT: [400],
  INVALID_VOUCHER: [400, 404],
  LIMIT_EXCEEDED: [400],
  REDEMPTION_ALREADY_CONFIRMED: [400],
  REDEMPTION_ALREADY_REVERSED: [400],
  REDEMPTION_NOT_CONFIRMED: [400],
  REFUND_ALREADY_CONFIRMED: [400],
  REFUND_ALREADY_REVERSED: [400],
  ROUTING_ERROR: [400, 404, 503],
  TRANSACTION_DECLINED: [400, 404],
  TRANSACTION_NOT_SUPPORTED: [400],
  UNABLE_TO_LOCATE_RECORD: [404],
  UPSTREAM_UNAVAILABLE: [400, 404, 500, 503, 504],
  VOUCHER_ALREADY_CONFIRMED: [400],
  VOUCHER_ALREADY_PROVISIONED: [400],
  VOUCHER_ALREADY_REDEEMED: [400],
  VOUCHER_ALREADY_REFUNDED: [400],
  VOUCHER_ALREADY_REVERSED: [400],
  VOUCHER_NOT_REDEEMABLE: [400],
  VOUCHER_NOT_REDEEMED: [400],
  VOUCHER_NOT_REFUNDED: [400],
  VOUCHER_STATUS_UNKNOWN: [400, 404, 500],
};
