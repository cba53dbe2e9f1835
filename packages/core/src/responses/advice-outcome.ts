import type { HttpResponse } from "./http-response.ts";
import { isJsonObject, type Json, parseJson } from "../json.ts";
import { isForeign } from "../messages/uuid.ts";
import { type Advice, operations } from "../messages/operations.ts";
import { type ErrorResponse, isTransient, isServerFault, toErrorResponse } from "./request-outcome.ts";

/** An answer to an advice. Acknowledged means received: nobody upstream can decline an advice. */
export type AdviceOutcome =
  | { readonly outcome: "acknowledged"; readonly acknowledgement: Acknowledgement }
  /** Not acknowledged: send the same advice again. `alert`: it does not look like Electrum, so a person should look. */
  | { readonly outcome: "repeat"; readonly alert: boolean; readonly retryAfterMs?: number; readonly status: number }
  /** The credentials are wrong: stop sending, keep everything. */
  | { readonly outcome: "halt"; readonly error: ErrorResponse }
  /** Electrum holds the opposite, or nothing to confirm. Never answered with the opposite advice. */
  | { readonly outcome: "contradicted"; readonly error: ErrorResponse }
  /** No repeat can help. */
  | { readonly outcome: "refused"; readonly error: ErrorResponse };

/**
 * How an advice was acknowledged.
 *
 * - `accepted`: a plain success
 * - `already`: Electrum says that the same had been done before
 * - `duplicate`: Electrum had seen this advice
 * - `notFound`: a reversal of what Electrum does not know: nothing to undo
 * - `notRedeemed`: a confirmation that may have been a repeat; Electrum's answer cannot tell
 */
export type Acknowledgement = "accepted" | "already" | "duplicate" | "notFound" | "notRedeemed";

export function classifyAdviceResponse(advice: Advice, response: HttpResponse): AdviceOutcome {
  const { status } = response;
  const isEmpty = response.body.trim() === "";
  const body = parseJson(response.body);
  const error = toErrorResponse(status, body);
  if (status >= 200 && status < 300) {
    // A success that names an error is none, and one that names another message is not ours.
    const isAccepted = error.errorType === undefined && (isEmpty || isEcho(advice, body));
    return isAccepted ? { outcome: "acknowledged", acknowledgement: "accepted" } : toRepeat(response, true);
  }
  if (status === 401 || status === 403) return { outcome: "halt", error };
  // Only Electrum speaks ErrorDetail. An HTML 404 comes from a wrong URL or a gateway, and must not destroy a reversal.
  if (error.errorType === undefined && !isEmpty)
    return toRepeat(response, !isServerFault(status) && !isTransient(status));
  if (concernsAnother(advice, body)) return toRepeat(response, true);
  return classifyErrorType(advice, response, error) ?? classifyStatus(advice, response, error);
}

/** Whether an error is about another message: a 404 to somebody else's reversal must not destroy ours. */
const concernsAnother = ({ message }: Advice, body: Json | undefined): boolean =>
  isJsonObject(body) && isForeign(body["id"], message.id) && isForeign(body["id"], message.requestId);

/** Electrum echoes the advice, where it says anything; whatever ids it names must be ours. */
const isEcho = ({ message }: Advice, body: Json | undefined): boolean =>
  isJsonObject(body) && !isForeign(body["id"], message.id) && !isForeign(body["requestId"], message.requestId);

const toRepeat = (response: HttpResponse, alert: boolean): AdviceOutcome => ({
  outcome: "repeat",
  alert,
  status: response.status,
  ...(response.retryAfterMs === undefined ? {} : { retryAfterMs: response.retryAfterMs }),
});

/** The error types that speak for themselves, whatever the status; `undefined` leaves it to the status. */
function classifyErrorType(advice: Advice, response: HttpResponse, error: ErrorResponse): AdviceOutcome | undefined {
  const { errorType } = error;
  if (errorType === sameKind[advice.operation]) return { outcome: "acknowledged", acknowledgement: "already" };
  if (errorType === oppositeKind[advice.operation]) return { outcome: "contradicted", error };
  switch (errorType) {
    case "ACCOUNT_ALREADY_SETTLED":
      // Electrum's sibling services say so of an advice that had been processed before.
      return { outcome: "acknowledged", acknowledgement: "already" };
    case "VOUCHER_ALREADY_REDEEMED":
      // It says that the voucher is spent, and not what became of our transaction: a person must look.
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
      // To a confirmRedeem this can be the answer to a repeat of one that had arrived.
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
  // What is left of the errors: 4xx, and 501.
  if (status >= 400) return { outcome: "refused", error };
  // 1xx and 3xx: a gateway on the way, not Electrum.
  return toRepeat(response, true);
}

/** Nothing to undo is as good as undone; nothing to confirm means a customer may hold a voucher that is not live. */
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
