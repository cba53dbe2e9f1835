import { isJsonObject, type Json, type JsonObject, parseJson } from "../json.ts";
import { areIdentifiersBounded } from "../messages/bounds.ts";
import type { ErrorType } from "../messages/error-detail.ts";
import type { VoucherLookup } from "../messages/lookup.ts";
import { isLookup, type Request } from "../messages/operations.ts";
import { sameUuid, type Uuid } from "../messages/uuid.ts";
import { productListIn } from "./product-list.ts";
import { codeIn, namesAnother, serialNumberIn } from "../voucher-code.ts";
import type { HttpResponse } from "./http-response.ts";
import { isServerFault, isTransient, refusesCredentials, speakerOf } from "./speaker.ts";

/** What a response to a request means. */
export type RequestOutcome =
  | { readonly outcome: "approved"; readonly response: JsonObject }
  /** A hard decline: this attempt took no effect. */
  | { readonly outcome: "declined"; readonly error: ErrorResponse }
  /** The attempt may or may not have taken effect. */
  | { readonly outcome: "unknown"; readonly cause: UnknownResponseCause; readonly error?: ErrorResponse };

/**
 * Why a response leaves the outcome unknown.
 *
 * - `status`, `errorType`: this status or error type means so, or the two contradict each other
 * - `foreign`: Electrum did not send it: a gateway's page, a response to another message or about another voucher, a success
 *   that names none, or one with more identifiers than any advice could echo
 * - `noVoucher`: a success without the voucher. Electrum counts a provision as successful only with one
 */
export type UnknownResponseCause = "status" | "errorType" | "foreign" | "noVoucher";

/** The parts of an error response that are kept. Of `detailMessage`, which may hold a voucher, only the faults of the message are. */
export interface ErrorResponse {
  readonly status: number;
  /** Absent if the body was no ErrorDetail: then the status alone counts. */
  readonly errorType?: ErrorType;
  readonly errorMessage?: string;
  readonly providerErrorCode?: string;
  readonly providerErrorMessage?: string;
  /** What Electrum found wrong with the message: the first few faults. The field and the text, never the value. */
  readonly formatErrors?: readonly ReportedFault[];
  /** It names no message. It was taken for Electrum's because of its published error type. */
  readonly isUnnamed?: true;
}

/** One fault of a message, as Electrum reports it. Its test server names no field. */
export interface ReportedFault {
  readonly field?: string;
  readonly message?: string;
}

/**
 * Classifies the response to a request. The error type goes before the status: an unknown outcome may come as a 400 or 404, and
 * a success with an error type is no success. Only Electrum's ErrorDetail declines (contract C.1), but a 401 or 407 declines,
 * whatever its sender.
 *
 * @example
 * classifyResponse(request, { status: 403, body: "<html>blocked</html>" })
 * // { outcome: "unknown", cause: "foreign", error: { status: 403 } }
 */
export function classifyResponse(request: Request, response: HttpResponse): RequestOutcome {
  const { status } = response;
  const body = parseJson(response.body);
  const error = toErrorResponse(status, body);
  if (refusesCredentials(status)) return { outcome: "declined", error };
  if (isSuccess(status) && error.errorType === undefined) return classifySuccess(request, body);
  const speaker = speakerOf(body, idsOf(request));
  if (speaker === "foreign") return { outcome: "unknown", cause: foreignCause(status, body), error };
  const said: ErrorResponse = speaker === "unnamed" ? { ...error, isUnnamed: true } : error;
  if (error.errorType !== undefined && (isSuccess(status) || leavesOpen(request, error.errorType))) {
    return { outcome: "unknown", cause: "errorType", error: said };
  }
  return isDecline(status)
    ? { outcome: "declined", error: said }
    : { outcome: "unknown", cause: "status", error: said };
}

/** The ids that an error may name. A response to a lookup has no id. */
const idsOf = (request: Request): readonly Uuid[] => (isLookup(request) ? [] : [request.message.id]);

/** A gateway in trouble says no more than its status does. Any other foreign response is worth an alert. */
const foreignCause = (status: number, body: Json | undefined): UnknownResponseCause =>
  (isServerFault(status) || isTransient(status)) && !(isJsonObject(body) && typeof body["errorType"] === "string")
    ? "status"
    : "foreign";

const isSuccess = (status: number): boolean => status === 200 || status === 201 || status === 202;

const isDecline = (status: number): boolean =>
  status === 501 || (status >= 400 && status < 500 && !isTransient(status));

/**
 * Whether an error type is never a decline, whatever the status: the outcome upstream is unknown, or the switch has received this
 * id before and that attempt may have taken effect.
 */
function leavesOpen(request: Request, errorType: ErrorType): boolean {
  switch (errorType) {
    case "UPSTREAM_UNAVAILABLE":
    case "VOUCHER_STATUS_UNKNOWN":
    case "DUPLICATE_RECORD":
      return true;
    case "VOUCHER_ALREADY_PROVISIONED":
    case "VOUCHER_ALREADY_CONFIRMED":
      return request.operation === "provisionVoucher" || request.operation === "retryProvisionVoucher";
    default:
      return false;
  }
}

const foreign: RequestOutcome = { outcome: "unknown", cause: "foreign" };

function classifySuccess(request: Request, body: Json | undefined): RequestOutcome {
  if (request.operation === "lookupProducts") {
    const products = productListIn(body);
    return products === undefined ? foreign : { outcome: "approved", response: { products } };
  }
  if (!isJsonObject(body)) return foreign;
  switch (request.operation) {
    case "provisionVoucher":
    case "retryProvisionVoucher":
      if (!isAbout(request.message.id, body) || !isEchoable(body)) return foreign;
      return hasCode(body["voucher"])
        ? { outcome: "approved", response: body }
        : { outcome: "unknown", cause: "noVoucher" };
    case "redeemVoucher":
    case "refundVoucher":
      return isAbout(request.message.id, body) && isEchoable(body) ? { outcome: "approved", response: body } : foreign;
    case "lookupVoucher":
      if (isAboutAnother(request.message, body)) return foreign;
      return isJsonObject(body["voucher"])
        ? { outcome: "approved", response: body }
        : { outcome: "unknown", cause: "noVoucher" };
    case "lookupRedemption":
      return isAbout(request.message.requestId, body) ? { outcome: "approved", response: body } : foreign;
  }
}

/** Its identifiers are echoed in every advice. One that would make an advice too large to send is unreadable. */
const isEchoable = ({ thirdPartyIdentifiers }: JsonObject): boolean =>
  !Array.isArray(thirdPartyIdentifiers) || areIdentifiersBounded(thirdPartyIdentifiers);

const isAbout = (id: string, body: JsonObject): boolean => typeof body["id"] === "string" && sameUuid(body["id"], id);

/** The response to a lookup has no id: its voucher is all that ties it to the question. */
const isAboutAnother = ({ voucherCode, voucherSerialNumber }: VoucherLookup, body: JsonObject): boolean =>
  namesAnother(voucherCode, codeIn(body)) || namesAnother(voucherSerialNumber, serialNumberIn(body));

const hasCode = (voucher: Json | undefined): boolean =>
  isJsonObject(voucher) && typeof voucher["code"] === "string" && voucher["code"] !== "";

/** The error that a response's body describes. A field that is `null` counts as absent. */
export function toErrorResponse(status: number, body: Json | undefined): ErrorResponse {
  if (!isJsonObject(body)) return { status };
  const errorType = textOf(body["errorType"]);
  const errorMessage = textOf(body["errorMessage"]);
  const providerErrorCode = textOf(body["providerErrorCode"]);
  const providerErrorMessage = textOf(body["providerErrorMessage"]) ?? textOf(body["providerErrorMsg"]);
  return {
    status,
    ...(errorType === undefined ? {} : { errorType }),
    ...(errorMessage === undefined ? {} : { errorMessage }),
    ...(providerErrorCode === undefined ? {} : { providerErrorCode }),
    ...(providerErrorMessage === undefined ? {} : { providerErrorMessage }),
    ...formatErrorsIn(body["detailMessage"]),
  };
}

function formatErrorsIn(detailMessage: Json | undefined): Pick<ErrorResponse, "formatErrors"> {
  const listed = isJsonObject(detailMessage) ? detailMessage["formatErrors"] : undefined;
  if (!isList(listed)) return {};
  const formatErrors = listed.filter(isJsonObject).slice(0, MAX_FORMAT_ERRORS).map(toReportedFault);
  return formatErrors.length === 0 ? {} : { formatErrors };
}

function toReportedFault({ field, msg }: JsonObject): ReportedFault {
  return {
    ...(typeof field === "string" ? { field: field.slice(0, MAX_FORMAT_ERROR_TEXT) } : {}),
    ...(typeof msg === "string" ? { message: msg.slice(0, MAX_FORMAT_ERROR_TEXT) } : {}),
  };
}

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** An operator mends one fault at a time, and a state must not grow with a response. */
export const MAX_FORMAT_ERRORS = 5;

/** In characters: the path of any field of Electrum's fits. */
export const MAX_FORMAT_ERROR_TEXT = 100;

/** In characters. Several times what Electrum's schema allows; a state must not grow with a response. */
export const MAX_ERROR_TEXT = 256;

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === "string" ? value.slice(0, MAX_ERROR_TEXT) : undefined;
