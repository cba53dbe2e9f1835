import type { JsonObject } from "../json.ts";
import type { Uuid } from "./uuid.ts";

/** The error types that Electrum has published. The list is open: a new type must parse, and its status classifies it. */
export const errorTypes = [
  "AUTHENTICATION_ERROR",
  "DO_NOT_HONOR",
  "DO_NOT_HONOUR",
  "DUPLICATE_RECORD",
  "FORMAT_ERROR",
  "FUNCTION_NOT_SUPPORTED",
  "GENERAL_ERROR",
  "INSUFFICIENT_AMOUNT",
  "INSUFFICIENT_FUNDS",
  "INVALID_ACCOUNT",
  "INVALID_AMOUNT",
  "INVALID_MERCHANT",
  "INVALID_VOUCHER",
  "LIMIT_EXCEEDED",
  "REDEMPTION_ALREADY_CONFIRMED",
  "REDEMPTION_ALREADY_REVERSED",
  "REDEMPTION_NOT_CONFIRMED",
  "REFUND_ALREADY_CONFIRMED",
  "REFUND_ALREADY_REVERSED",
  "ROUTING_ERROR",
  "TRANSACTION_DECLINED",
  "TRANSACTION_NOT_SUPPORTED",
  "UNABLE_TO_LOCATE_RECORD",
  "UPSTREAM_UNAVAILABLE",
  "VOUCHER_ALREADY_CONFIRMED",
  "VOUCHER_ALREADY_PROVISIONED",
  "VOUCHER_ALREADY_REDEEMED",
  "VOUCHER_ALREADY_REFUNDED",
  "VOUCHER_ALREADY_REVERSED",
  "VOUCHER_NOT_REDEEMABLE",
  "VOUCHER_NOT_REDEEMED",
  "VOUCHER_NOT_REFUNDED",
  "VOUCHER_STATUS_UNKNOWN",
] as const;

export type KnownErrorType = (typeof errorTypes)[number];

/** A published error type, which editors complete, or any other text. */
export type ErrorType = KnownErrorType | (string & {});

/** The body of every error. `detailMessage` is free text: it may hold a voucher, and the protocol never depends on it. */
export interface ErrorDetail {
  /** The id of the message that failed; absent from some FORMAT_ERROR bodies. */
  readonly id?: Uuid;
  /** The id of the original request, if an advice failed. */
  readonly originalId?: Uuid;
  readonly errorType: ErrorType;
  /** At most 80 characters. */
  readonly errorMessage: string;
  readonly providerErrorCode?: string;
  readonly providerErrorMessage?: string;
  readonly detailMessage?: JsonObject;
}
