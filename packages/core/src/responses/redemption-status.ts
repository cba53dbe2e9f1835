import type { HttpResponse } from "./http-response.ts";
import { type ErrorResponse, classifyResponse } from "./request-outcome.ts";
import type { JsonObject } from "../json.ts";
import type { Uuid } from "../messages/uuid.ts";

/** What `lookupRedemption` says of a redemption. It informs: no state follows from it. */
export type RedemptionStatus =
  /** The original approval. */
  | { readonly outcome: "approved"; readonly response: JsonObject }
  /** The original request is still processed. */
  | { readonly outcome: "stillProcessing" }
  /** Another sender's request. */
  | { readonly outcome: "notOurs" }
  /** The original request was never received. */
  | { readonly outcome: "neverReceived" }
  /** The original error, or the lookup's own. */
  | { readonly outcome: "error"; readonly error: ErrorResponse }
  /** Nothing can be said. */
  | { readonly outcome: "unknown" };

/** Reads the answer to `lookupRedemption`, whose statuses 102, 403 and 404 have meanings of their own, and no body. */
export function classifyRedemptionStatus(requestId: Uuid, response: HttpResponse): RedemptionStatus {
  if (response.status === 102) return { outcome: "stillProcessing" };
  if (response.body.trim() === "" && response.status === 403) return { outcome: "notOurs" };
  if (response.body.trim() === "" && response.status === 404) return { outcome: "neverReceived" };
  const reading = classifyResponse({ operation: "lookupRedemption", message: { requestId } }, response);
  if (reading.outcome === "approved") return { outcome: "approved", response: reading.response };
  const isElectrums = reading.error !== undefined && !(reading.outcome === "unknown" && reading.cause === "foreign");
  return isElectrums ? { outcome: "error", error: reading.error } : { outcome: "unknown" };
}
