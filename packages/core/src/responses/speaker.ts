import { isJsonObject, type Json } from "../json.ts";
import { errorTypes } from "../messages/error-detail.ts";
import { sameUuid, type Uuid } from "../messages/uuid.ts";

// Who sent an error. Between a till and Electrum there are gateways, firewalls and captive portals, and each of them responds to
// HTTP requests. Their status says nothing about the voucher: a firewall that inspects *responses* sends its own 403 after
// Electrum has processed the request. So only JSON that looks like Electrum's ErrorDetail counts as Electrum's (contract C.1):
//
//   a string `errorType`, and an `id` of ours                       electrum
//   a published `errorType` (contract C.2), and no `id`             unnamed: Electrum's test server leaves it out of FORMAT_ERROR
//   anything else: HTML, no body, another `id`, another vocabulary foreign

export type Speaker = "electrum" | "unnamed" | "foreign";

/**
 * Who sent an error.
 *
 * @param ourIds the ids that the error may name; none for a lookup, since its response has no id
 */
export function speakerOf(body: Json | undefined, ourIds: readonly Uuid[]): Speaker {
  if (!isJsonObject(body) || typeof body["errorType"] !== "string") return "foreign";
  if (ourIds.length === 0) return "electrum";
  const { id } = body;
  if (id === undefined || id === null) return isPublished(body["errorType"]) ? "unnamed" : "foreign";
  return typeof id === "string" && ourIds.some((ours) => sameUuid(id, ours)) ? "electrum" : "foreign";
}

const published: ReadonlySet<string> = new Set(errorTypes);

const isPublished = (errorType: string): boolean => published.has(errorType);

/** 401 and 407 count whatever their sender: it has passed nothing on. */
export const refusesCredentials = (status: number): boolean => status === 401 || status === 407;

/** 408, 425 and 429 ask for a repeat, and say nothing of the transaction. */
export const isTransient = (status: number): boolean => status === 408 || status === 425 || status === 429;

/** Every 5xx but 501 leaves the outcome unknown. What is not implemented (501) took no effect. */
export const isServerFault = (status: number): boolean => status >= 500 && status !== 501;
