// What Electrum holds of a voucher, or of a transaction of ours. It only informs: it changes no state.
//
//   processed       Electrum approved it, or declined it
//   notFound        Electrum holds nothing of it
//   cannotTellYet   anything else: nothing follows from it
//
// Rules
// 1. `notFound` needs Electrum's own word. A bare 404 is that word from `lookupRedemption` alone; from `GET /vouchers` a gateway without
//    such a route answers so, too.
// 2. An error in response to `lookupRedemption` is the original one, or the lookup's own. It counts as the original one only if it names
//    the redemption. Otherwise it tells nothing.
// 3. An error that leaves the outcome open tells nothing either, whichever it is.

import { isJsonObject, type JsonObject, parseJson } from "../json.ts";
import type { RedemptionLookup, VoucherLookup } from "../messages/lookup.ts";
import { sameUuid, type Uuid } from "../messages/uuid.ts";
import type { HttpResponse } from "./http-response.ts";
import { classifyResponse, type ErrorResponse } from "./request-outcome.ts";
import { type CannotTellYet, unanswered } from "./unanswered.ts";
import { isUnknownVoucher } from "./unknown-voucher.ts";

/** What Electrum says of a voucher. */
export type VoucherStatus = { readonly outcome: "found"; readonly response: JsonObject } | NotFound | CannotTellYet;

/** What Electrum says of a transaction of ours. */
export type TransactionStatus = Processed | NotFound | CannotTellYet;

export type Processed =
  /** Of a redemption, the original approval; of a sale, its voucher as it is now. */
  | { readonly outcome: "processed"; readonly result: "approved"; readonly response: JsonObject }
  /** The original error. */
  | { readonly outcome: "processed"; readonly result: "declined"; readonly error: ErrorResponse };

export interface NotFound {
  readonly outcome: "notFound";
  /** Absent if the status alone said so. */
  readonly error?: ErrorResponse;
}

/**
 * Classifies the response to `lookupVoucher`.
 *
 * @example
 * classifyVoucherStatus({ voucherSerialNumber: "7001" }, { status: 404, body: "<html>" }).outcome // "cannotTellYet"
 */
export function classifyVoucherStatus(lookup: VoucherLookup, response: HttpResponse): VoucherStatus {
  if (response.status === STILL_PROCESSING) return stillProcessing;
  const classified = classifyResponse({ operation: "lookupVoucher", message: lookup }, response);
  if (classified.outcome === "approved") return { outcome: "found", response: classified.response };
  return classified.outcome === "declined" && isUnknownVoucher(classified.error)
    ? { outcome: "notFound", error: classified.error }
    : unanswered(response.status, classified);
}

/**
 * Classifies the response to `lookupVoucher` about a sale of ours. It is found only while it has a voucher: Electrum finds none of a sale that
 * it declined or reversed either.
 */
export function classifyProvisionStatus(provisionRequestId: Uuid, response: HttpResponse): TransactionStatus {
  const status = classifyVoucherStatus({ provisionRequestId }, response);
  return status.outcome === "found" ? { outcome: "processed", result: "approved", response: status.response } : status;
}

/** Classifies the response to `lookupRedemption`. Its statuses 102, 403 and 404, without a body, have meanings of their own. */
export function classifyRedemptionStatus(requestId: Uuid, response: HttpResponse): TransactionStatus {
  const { status, body } = response;
  if (status === STILL_PROCESSING) return stillProcessing;
  const isBare = body.trim() === "";
  if (isBare && status === 403) return { outcome: "cannotTellYet", reason: "notAuthorised", error: { status } };
  if (isBare && status === 404) return { outcome: "notFound" };
  const message: RedemptionLookup = { requestId };
  const classified = classifyResponse({ operation: "lookupRedemption", message }, response);
  if (classified.outcome === "approved")
    return { outcome: "processed", result: "approved", response: classified.response };
  return classified.outcome === "declined" && isOriginal(requestId, body)
    ? { outcome: "processed", result: "declined", error: classified.error }
    : unanswered(status, classified);
}

/** Whether Electrum itself has said so, so that it is there: a bare status may be a gateway's. */
export function isElectrumsAnswer(status: VoucherStatus | TransactionStatus): boolean {
  if (status.outcome === "found" || status.outcome === "processed") return true;
  if (status.outcome === "notFound") return status.error !== undefined;
  return (status.reason === "unavailable" || status.reason === "refused") && status.error.errorType !== undefined;
}

function isOriginal(requestId: Uuid, body: string): boolean {
  const error = parseJson(body);
  return (
    isJsonObject(error) &&
    [error["id"], error["originalId"]].some((id) => typeof id === "string" && sameUuid(id, requestId))
  );
}

/** "Still processing", without a body. */
const STILL_PROCESSING = 102;

const stillProcessing: CannotTellYet = { outcome: "cannotTellYet", reason: "stillProcessing" };
