import type { HttpResponse } from "./http-response.ts";
import { isJsonObject, type Json, type JsonObject, parseJson } from "../json.ts";
import type { ErrorType } from "../messages/error-detail.ts";
import { isForeign, sameUuid } from "../messages/uuid.ts";
import type { Request } from "../messages/operations.ts";

/** An answer to a request, read as Electrum means it. */
export type RequestOutcome =
  | { readonly outcome: "approved"; readonly response: JsonObject }
  /** A hard decline: this attempt took no effect. */
  | { readonly outcome: "declined"; readonly error: ErrorResponse }
  /** The attempt may or may not have taken effect. */
  | { readonly outcome: "unknown"; readonly cause: UnknownResponseCause; readonly error?: ErrorResponse };

/**
 * Why an answer leaves the outcome open.
 *
 * - `status`, `errorType`: they say so themselves, or contradict each other
 * - `unreadable`: a success that is no JSON object
 * - `foreignId`: an answer about another transaction, or a success about none
 * - `noVoucher`: a success without the voucher; Electrum counts a provision as successful only if it holds one
 */
export type UnknownResponseCause = "status" | "errorType" | "unreadable" | "foreignId" | "noVoucher";

/** What an error answer said. `detailMessage` is left out: it is for people, and may hold a voucher. */
export interface ErrorResponse {
  readonly status: number;
  /** Absent where the body was no ErrorDetail: then the status alone speaks. */
  readonly errorType?: ErrorType;
  readonly errorMessage?: string;
  readonly providerErrorCode?: string;
  readonly providerErrorMessage?: string;
}

/**
 * Reads the answer to a request. The error type goes before the status: an open outcome may travel as a 400 or 404, and a
 * success that names an error is none.
 */
export function classifyResponse(request: Request, response: HttpResponse): RequestOutcome {
  const { status } = response;
  const body = parseJson(response.body);
  const error = toErrorResponse(status, body);
  if (isSuccess(status) && error.errorType === undefined) return classifySuccess(request, body);
  if (concernsAnother(request, body)) return { outcome: "unknown", cause: "foreignId", error };
  if (error.errorType !== undefined && (isSuccess(status) || leavesOpen(request, error.errorType))) {
    return { outcome: "unknown", cause: "errorType", error };
  }
  return isDecline(status) ? { outcome: "declined", error } : { outcome: "unknown", cause: "status", error };
}

/** Whether an error is about another message: then it does not decline this one. An answer to a lookup bears no id of its own. */
const concernsAnother = ({ operation, message }: Request, body: Json | undefined): boolean =>
  operation !== "lookupVoucher" &&
  operation !== "lookupRedemption" &&
  isJsonObject(body) &&
  isForeign(body["id"], message.id);

const isSuccess = (status: number): boolean => status === 200 || status === 201 || status === 202;

/** 408, 425 and 429 are 4xx that ask to come again and say nothing of the transaction. */
export const isTransient = (status: number): boolean => status === 408 || status === 425 || status === 429;

/** Every 5xx leaves the outcome open but 501: what is not implemented took no effect. */
export const isServerFault = (status: number): boolean => status >= 500 && status !== 501;

const isDecline = (status: number): boolean =>
  status === 501 || (status >= 400 && status < 500 && !isTransient(status));

/**
 * Error types that are never a decline, whatever the status: the outcome upstream is open, or the switch has seen this id
 * before, so that the attempt it saw may have taken effect.
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

function classifySuccess(request: Request, body: Json | undefined): RequestOutcome {
  if (!isJsonObject(body)) return { outcome: "unknown", cause: "unreadable" };
  switch (request.operation) {
    case "provisionVoucher":
    case "retryProvisionVoucher":
      if (!isAbout(request.message.id, body)) return { outcome: "unknown", cause: "foreignId" };
      return hasCode(body["voucher"])
        ? { outcome: "approved", response: body }
        : { outcome: "unknown", cause: "noVoucher" };
    case "redeemVoucher":
      return isAbout(request.message.id, body)
        ? { outcome: "approved", response: body }
        : { outcome: "unknown", cause: "foreignId" };
    case "lookupVoucher":
      return isJsonObject(body["voucher"])
        ? { outcome: "approved", response: body }
        : { outcome: "unknown", cause: "noVoucher" };
    case "lookupRedemption":
      return isAbout(request.message.requestId, body)
        ? { outcome: "approved", response: body }
        : { outcome: "unknown", cause: "foreignId" };
  }
}

const isAbout = (id: string, body: JsonObject): boolean => typeof body["id"] === "string" && sameUuid(body["id"], id);

const hasCode = (voucher: Json | undefined): boolean =>
  isJsonObject(voucher) && typeof voucher["code"] === "string" && voucher["code"] !== "";

/** The error of a failed answer, as far as its body tells; `null` counts as absent. */
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
  };
}

/** Enough for any message that Electrum's schema allows, several times over; a state must not grow with an answer. */
const MAX_ERROR_TEXT = 256;

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === "string" ? value.slice(0, MAX_ERROR_TEXT) : undefined;
