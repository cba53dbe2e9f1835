import * as v from "valibot";
import type { Json } from "../json.ts";
import { type Amounts, amountsSchema } from "./amounts.ts";
import type { ThirdPartyIdentifier } from "./parties.ts";
import { type Tender, tenderSchema } from "./tender.ts";
import type { Uuid } from "./uuid.ts";

/** An advice: it informs, cannot be declined, and is repeated unchanged until acknowledged. */
export interface BasicAdvice {
  /** The advice's own identity, not the request's. */
  readonly id: Uuid;
  /** The `id` of the original request, also after retries. */
  readonly requestId: Uuid;
  readonly time: string;
  /** Sent back as they came in the last response (else as the request had them), whatever they held. */
  readonly thirdPartyIdentifiers: readonly (ThirdPartyIdentifier | Json)[];
  /** The final amount stands in `approvedAmount`; absent means the full one. */
  readonly amounts?: Amounts;
}

/** The body of `confirmVoucher`: a confirmation that says how the customer paid. */
export interface TenderAdvice extends BasicAdvice {
  readonly tenders: readonly Tender[];
}

/** No response · the customer or till abandoned an approval · an answer that leaves the outcome open. */
export type ReversalReason = "TIMEOUT" | "CANCELLED" | "RESPONSE_NOT_FINAL";

/** The body of `reverseVoucher` and `reverseRedeem`. */
export interface BasicReversal extends BasicAdvice {
  readonly reversalReason: ReversalReason;
}

/** What the till adds to a confirmation. The rest of an advice is ours: its ids, its time, and what Electrum had sent. */
export const confirmationSchema: v.GenericSchema<Partial<Pick<TenderAdvice, "tenders" | "amounts">>> = v.object({
  tenders: v.exactOptional(v.array(tenderSchema)),
  amounts: v.exactOptional(amountsSchema),
});
