import * as v from "valibot";
import type { Json } from "../json.ts";
import type { Amounts } from "./amounts.ts";
import type { ThirdPartyIdentifier } from "./parties.ts";
import type { Tender } from "./tender.ts";
import { textUpTo } from "./text.ts";
import type { Uuid } from "./uuid.ts";

/** References that every message of a transaction may bear. */
export interface MessageReferences {
  /** System trace audit number. At most 100 characters. */
  readonly stan?: string;
  /** Retrieval reference number. At most 100 characters. */
  readonly rrn?: string;
}

/** In characters. ISO 8583 has 6 and 12. They stand in every advice, which would be too large with a long one (`bounds.ts`). */
const MAX_REFERENCE = 100;

export const referenceEntries: {
  readonly [Name in keyof MessageReferences]-?: v.ExactOptionalSchema<v.GenericSchema<string>, undefined>;
} = {
  stan: v.exactOptional(textUpTo(MAX_REFERENCE)),
  rrn: v.exactOptional(textUpTo(MAX_REFERENCE)),
};

/** The body of an advice. An advice informs, cannot be declined, and is repeated unchanged until it is acknowledged. */
export interface BasicAdvice extends MessageReferences {
  /** The advice's own identity, not the request's. */
  readonly id: Uuid;
  /** The `id` of the original request, also after retries. */
  readonly requestId: Uuid;
  readonly time: string;
  /** As the last response had them, else as the request had them: unaltered and unchecked. */
  readonly thirdPartyIdentifiers: readonly (ThirdPartyIdentifier | Json)[];
  /** `approvedAmount` is the amount that is confirmed or reversed; absent means the full amount. */
  readonly amounts?: Amounts;
}

/** The body of `confirmVoucher`: a confirmation that says how the customer paid. */
export interface TenderAdvice extends BasicAdvice {
  readonly tenders: readonly Tender[];
}

/**
 * - `TIMEOUT`: no response
 * - `CANCELLED`: the customer or the till abandoned an approval
 * - `RESPONSE_NOT_FINAL`: the response left the outcome unknown
 */
export type ReversalReason = "TIMEOUT" | "CANCELLED" | "RESPONSE_NOT_FINAL";

/** The body of `reverseVoucher`, `reverseRedeem` and `reverseRefund`. */
export interface BasicReversal extends BasicAdvice {
  readonly reversalReason: ReversalReason;
}
