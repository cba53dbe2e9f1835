import type { HttpResponse } from "./http-response.ts";
import { isJsonObject, type Json, parseJson } from "../json.ts";
import { isForeign } from "../messages/uuid.ts";
import { type Advice, operations } from "../messages/operations.ts";
import { type ErrorResponse, isTransient, isServerFault, toErrorResponse } from "./request-outcome.ts";

/** What a response to an advice means. Acknowledged means received: neither Electrum nor a provider can decline an advice. */
export type AdviceOutcome =
  | { readonly outcome: "acknowledged"; readonly acknowledgement: Acknowledgement }
  /** Not acknowledged: send the same advice again. `alert`: the response does not look like Electrum's. */
  | { readonly outcome: "repeat"; readonly alert: boolean; readonly retryAfterMs?: number; readonly status: number }
  /** The credentials are wrong: stop sending, and keep all advices. */
  | { readonly outcome: "halt"; readonly error: ErrorResponse }
  /** Electrum has the opposite outcome, or nothing to confirm. An operator decides; the opposite advice is never sent. */
  | { readonly outcome: "contradicted"; readonly error: ErrorResponse }
  /** Refused for good: a repeat cannot help. */
  | { readonly outcome: "refused"; readonly error: ErrorResponse };

/**
 * How an advice was acknowledged.
 *
 * - `accepted`: a plain success
 * - `already`: Electrum had confirmed or reversed it before
 * - `duplicate`: Electrum had received this advice before
 * - `notFound`: Electrum does not know what is reversed: nothing to undo
 * - `notRedeemed`: VOUCHER_NOT_REDEEMED to a confirmation. It may be the response to a repeat; that cannot be told
 */
export type Acknowledgement = "accepted" | "already" | "duplicate" | "notFound" | "notRedeemed";

/**
 * Classifies the response to an advice. The error type goes before the status.
 *
 * @example
 * classifyAdviceResponse(advice, { status: 202, body: "" })
 * // { outcome: "acknowledged", acknowledgement: "accepted" }
 */
export function classifyAdviceResponse(advice: Advice, response: HttpResponse): AdviceOutcome {
  const { status } = response;
  const isEmpty = response.body.trim() === "";
  const body = parseJson(response.body);
  const error = toErrorResponse(status, body);
  if (status >= 200 && status < 300) {
    // A success with an error type is no success. One that names another message is about that message.
    const isAccepted = error.errorType === undefined && (isEmpty || isEcho(advice, body));
    return isAccepted ? { outcome: "acknowledged", acknowledgement: "accepted" } : toRepeat(response, true);
  }
  if (status === 401 || status === 403) return { outcome: "halt", error };
  // Only Electrum sends an ErrorDetail. An HTML 404 comes from a wrong URL or a gateway, and must not end a reversal.
  if (error.errorType === undefined && !isEmpty)
    return toRepeat(response, !isServerFault(status) && !isTransient(status));
  if (concernsAnother(advice, body)) return toRepeat(response, true);
  return classifyErrorType(advice, response, error) ?? classifyStatus(advice, response, error);
}

/** Whether an error is about another message: a 404 to another reversal must not end this one. */
const concernsAnother = ({ message }: Advice, body: Json | undefined): boolean =>
  isJsonObject(body) && isForeign(body["id"], message.id) && isForeign(body["id"], message.requestId);

/** If a success has a body, it echoes the advice: the ids that it names must be the advice's. */
const isEcho = ({ message }: Advice, body: Json | undefined): boolean =>
  isJsonObject(body) && !isForeign(body["id"], message.id) && !isForeign(body["requestId"], message.requestId);

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
  operations[advice.operation].kind === "reversal"
    ? { outcome: "acknowledged", acknowledgement: "notFound" }
    : { outcome: "contradicted", error };

const sameKind: Readonly<Record<Advice["operation"], string>> = {
  confirmVoucher: "VOUCHER_ALREADY_CONFIRMED",
  reverseVoucher: "VOUCHER_ALREADY_REVERSED",
  confirmRedeem: "REDEMPTION_ALREADY_CONFIRMED",
  reverseRedeem: "REDEMPTION_ALREADY_REVERSED",
};

const oppositeKind: Readonly<Record<Advice["operation"], string>> = {
  confirmVoucher: "VOUCHER_ALREADY_REVERSED",
  reverseVoucher: "VOUCHER_ALREADY_CONFIRMED",
  confirmRedeem: "REDEMPTION_ALREADY_REVERSED",
  reverseRedeem: "REDEMPTION_ALREADY_CONFIRMED",
};
