import type { HttpResponse } from "./http-response.ts";
import { type ErrorResponse, classifyResponse } from "./request-outcome.ts";
import type { JsonObject } from "../json.ts";
import type { Uuid } from "../messages/uuid.ts";

/** What `lookupRedemption` says of a redemption. It only informs: it changes no state. */
export type RedemptionStatus =
  /** The original approval. */
  | { readonly outcome: "approved"; readonly response: JsonObject }
  /** The original request is still being processed. */
  | { readonly outcome: "stillProcessing" }
  /** Another sender's request. */
  | { readonly outcome: "notOurs" }
  /** The original request was never received. */
  | { readonly outcome: "neverReceived" }
  /** The original error, or the lookup's own. */
  | { readonly outcome: "error"; readonly error: ErrorResponse }
  /** The response says nothing of the redemption. */
  | { readonly outcome: "unknown" };

/** Classifies the response to `lookupRedemption`. Its statuses 102, 403 and 404, without a body, have meanings of their own. */
export function classifyRedemptionStatus(requestId: Uuid, response: HttpResponse): RedemptionStatus {
  if (response.status === 102) return { outcome: "stillProcessing" };
  if (response.body.trim() === "" && response.status === 403) return { outcome: "notOurs" };
  if (response.body.trim() === "" && response.status === 404) return { outcome: "neverReceived" };
  const classified = classifyResponse({ operation: "lookupRedemption", message: { requestId } }, response);
  if (classified.outcome === "approved") return { outcome: "approved", response: classified.response };
  const isElectrums =
    classified.error !== undefined && !(classified.outcome === "unknown" && classified.cause === "foreign");
  return isElectrums ? { outcome: "error", error: classified.error } : { outcome: "unknown" };
}
