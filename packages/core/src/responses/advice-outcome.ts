import { isJsonObject, type Json, parseJson } from "../json.ts";
import { type Advice, operations } from "../messages/operations.ts";
import { isForeign, sameUuid, type Uuid } from "../messages/uuid.ts";
import type { HttpResponse } from "./http-response.ts";
import { type ErrorResponse, toErrorResponse } from "./request-outcome.ts";
import { isServerFault, isTransient, refusesCredentials, speakerOf } from "./speaker.ts";

/** What a response to an advice means. Acknowledged means received: neither Electrum nor a provider can decline an advice. */
export type AdviceOutcome =
  | { readonly outcome: "acknowledged"; readonly acknowledgement: Acknowledgement }
  /**
   * It may come from Electrum, but it names neither the advice nor its request: a 2xx without an id, or a 404 without a body
   * to a reversal. A gateway that lost its routes says so to everything. The advice is repeated, with an alert, for as long
   * as the policy says (`unnamedRepeatMs`); then it counts as acknowledged, and is flagged for reconciliation.
   */
  | { readonly outcome: "unnamed"; readonly acknowledgement: "notFound" | "unnamed"; readonly status: number }
  /** Not acknowledged: send the same advice again. `alert`: the response is not Electrum's, so an operator should look. */
  | { readonly outcome: "repeat"; readonly alert: boolean; readonly retryAfterMs?: number; readonly status: number }
  /** The credentials are refused: stop sending under them, and keep all advices. */
  | { readonly outcome: "halt"; readonly error: ErrorResponse }
  /** Electrum has the opposite outcome, or nothing to confirm. An operator decides; the opposite advice is never sent. */
  | { readonly outcome: "contradicted"; readonly error: ErrorResponse }
  /** Refused for good: a repeat cannot help. */
  | { readonly outcome: "refused"; readonly error: ErrorResponse };

/**
 * How an advice was acknowledged.
 *
 * - `accepted`: a success that names it
 * - `already`: Electrum had confirmed or reversed it before
 * - `duplicate`: Electrum had received this advice before
 * - `notFound`: Electrum does not know what is reversed: nothing to undo
 * - `notRedeemed`, `notRefunded`: VOUCHER_NOT_REDEEMED or VOUCHER_NOT_REFUNDED to a confirmation. It may be the response to a repeat; that
 *   cannot be told
 * - `unnamed`: successes that named no id, for longer than the policy waits
 */
export type Acknowledgement =
  | "accepted"
  | "already"
  | "duplicate"
  | "notFound"
  | "notRedeemed"
  | "notRefunded"
  | "unnamed";

/**
 * Classifies the response to an advice (contract E). The error type goes before the status. A response settles an advice only if
 * it names it.
 *
 * @example
 * classifyAdviceResponse(advice, { status: 202, body: JSON.stringify(advice.message) })
 * // { outcome: "acknowledged", acknowledgement: "accepted" }
 */
export function classifyAdviceResponse(advice: Advice, response: HttpResponse): AdviceOutcome {
  const { status } = response;
  const isEmpty = response.body.trim() === "";
  const body = parseJson(response.body);
  const error = toErrorResponse(status, body);
  if (refusesCredentials(status)) return { outcome: "halt", error };
  if (status >= 200 && status < 300) return classifySuccess(advice, response, body, isEmpty || body !== undefined);
  if (speakerOf(body, idsOf(advice)) === "foreign") {
    if (isServerFault(status) || isTransient(status)) return toRepeat(response, error.errorType !== undefined);
    if (isEmpty && status === 403) return { outcome: "halt", error };
    return isEmpty && status === 404 && isReversal(advice)
      ? { outcome: "unnamed", acknowledgement: "notFound", status }
      : toRepeat(response, true);
  }
  return classifyErrorType(advice, response, error) ?? classifyStatus(advice, response, error);
}

/** Electrum may name the advice, or the request that it is about. */
const idsOf = ({ message }: Advice): readonly Uuid[] => [message.id, message.requestId];

const isReversal = ({ operation }: Advice): boolean => operations[operation].kind === "reversal";

/** A success with an error type is no success. One that names another message is about that message. */
function classifySuccess(
  advice: Advice,
  response: HttpResponse,
  body: Json | undefined,
  mayBeElectrums: boolean,
): AdviceOutcome {
  const { status } = response;
  const { message } = advice;
  if (isJsonObject(body)) {
    const { id, requestId, errorType } = body;
    const isAnothers = isForeign(id, message.id) || isForeign(requestId, message.requestId);
    if (isAnothers || typeof errorType === "string") return toRepeat(response, true);
    const isNamed = names(id, message.id) || names(requestId, message.requestId);
    if (isNamed && status <= 202) return { outcome: "acknowledged", acknowledgement: "accepted" };
  }
  return mayBeElectrums ? { outcome: "unnamed", acknowledgement: "unnamed", status } : toRepeat(response, true);
}

const names = (received: Json | undefined, ours: Uuid): boolean =>
  typeof received === "string" && sameUuid(received, ours);

const toRepeat = (response: HttpResponse, alert: boolean): AdviceOutcome => ({
  outcome: "repeat",
  alert,
  status: response.status,
  ...(response.retryAfterMs === undefined ? {} : { retryAfterMs: response.retryAfterMs }),
});

/** The outcome by the error type, whatever the status. `undefined` leaves it to the status. */
function classifyErrorType(advice: Advice, response: HttpResponse, error: ErrorResponse): AdviceOutcome | undefined {
  const { errorType } = error;
  if (errorType === sameKind[advice.operation]) return { outcome: "acknowledged", acknowledgement: "already" };
  if (errorType === oppositeKind[advice.operation]) return { outcome: "contradicted", error };
  switch (errorType) {
    case "ACCOUNT_ALREADY_SETTLED":
      // Other services of Electrum's use it for an advice that was processed before.
      return { outcome: "acknowledged", acknowledgement: "already" };
    case "VOUCHER_ALREADY_REDEEMED":
      // The voucher is spent, but this does not say by which transaction: an operator must look.
      return { outcome: "contradicted", error };
    case "AUTHENTICATION_ERROR":
      return { outcome: "halt", error };
    case "UPSTREAM_UNAVAILABLE":
    case "VOUCHER_STATUS_UNKNOWN":
      return toRepeat(response, false);
    case "DUPLICATE_RECORD":
      return { outcome: "acknowledged", acknowledgement: "duplicate" };
    case "UNABLE_TO_LOCATE_RECORD":
      return classifyNotLocated(advice, error);
    case "VOUCHER_NOT_REDEEMED":
      // To a confirmRedeem, this can be the response to a repeat of one that had arrived.
      return advice.operation === "confirmRedeem"
        ? { outcome: "acknowledged", acknowledgement: "notRedeemed" }
        : { outcome: "refused", error };
    case "VOUCHER_NOT_REFUNDED":
      // Likewise to a confirmRefund.
      return advice.operation === "confirmRefund"
        ? { outcome: "acknowledged", acknowledgement: "notRefunded" }
        : undefined;
    case "FORMAT_ERROR":
    case "FUNCTION_NOT_SUPPORTED":
    case "TRANSACTION_NOT_SUPPORTED":
    case "INVALID_AMOUNT":
    case "INVALID_MERCHANT":
    case "INVALID_VOUCHER":
      return { outcome: "refused", error };
    default:
      return undefined;
  }
}

function classifyStatus(advice: Advice, response: HttpResponse, error: ErrorResponse): AdviceOutcome {
  const { status } = response;
  if (status === 404) return classifyNotLocated(advice, error);
  if (isServerFault(status) || isTransient(status)) return toRepeat(response, false);
  // The remaining errors: 4xx and 501.
  if (status >= 400) return { outcome: "refused", error };
  // 1xx and 3xx come from a gateway, not from Electrum.
  return toRepeat(response, true);
}

/** With nothing to undo, a reversal is done. With nothing to confirm, a customer may have a voucher that is not live. */
const classifyNotLocated = (advice: Advice, error: ErrorResponse): AdviceOutcome =>
  isReversal(advice) ? { outcome: "acknowledged", acknowledgement: "notFound" } : { outcome: "contradicted", error };

const sameKind: Readonly<Record<Advice["operation"], string>> = {
  confirmVoucher: "VOUCHER_ALREADY_CONFIRMED",
  reverseVoucher: "VOUCHER_ALREADY_REVERSED",
  confirmRedeem: "REDEMPTION_ALREADY_CONFIRMED",
  reverseRedeem: "REDEMPTION_ALREADY_REVERSED",
  confirmRefund: "REFUND_ALREADY_CONFIRMED",
  reverseRefund: "REFUND_ALREADY_REVERSED",
};

const oppositeKind: Readonly<Record<Advice["operation"], string>> = {
  confirmVoucher: "VOUCHER_ALREADY_REVERSED",
  reverseVoucher: "VOUCHER_ALREADY_CONFIRMED",
  confirmRedeem: "REDEMPTION_ALREADY_REVERSED",
  reverseRedeem: "REDEMPTION_ALREADY_CONFIRMED",
  confirmRefund: "REFUND_ALREADY_REVERSED",
  reverseRefund: "REFUND_ALREADY_CONFIRMED",
};
