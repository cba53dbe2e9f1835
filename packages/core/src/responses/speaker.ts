import { isJsonObject, type Json } from "../json.ts";
import { errorTypes } from "../messages/error-detail.ts";
import { sameUuid, type Uuid } from "../messages/uuid.ts";

// Who speaks. Between a till and Electrum stand gateways, firewalls and captive portals, and each of them answers HTTP. Their
// status says nothing about the voucher: a firewall that inspects *answers* sends its own 403 after Electrum has processed the
// request. So only JSON that looks like Electrum's ErrorDetail is Electrum's word (contract C.1):
//
//   a string `errorType`, and an `id` of ours                       electrum
//   a published `errorType` (contract C.2), and no `id`             unnamed: Electrum's test server leaves it out of FORMAT_ERROR
//   anything else: HTML, nothing, another `id`, another vocabulary  foreign

export type Speaker = "electrum" | "unnamed" | "foreign";

/**
 * Who sent an error.
 *
 * @param ourIds the ids that the error may name; none for a lookup, whose answers have no id to compare
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

/** 401 and 407, whoever speaks: whoever answers so has passed nothing on. */
export const refusesCredentials = (status: number): boolean => status === 401 || status === 407;

/** 408, 425 and 429 are 4xx that ask to come again, and say nothing about the transaction. */
export const isTransient = (status: number): boolean => status === 408 || status === 425 || status === 429;

/** Every 5xx leaves the outcome open but 501: what is not implemented took no effect. */
export const isServerFault = (status: number): boolean => status >= 500 && status !== 501;
