import * as v from "valibot";
import { strictObject } from "../strict-object.ts";
import { additionalFieldsEntry, type WithAdditionalFields } from "./additional-fields.ts";
import { type Amounts, amountsSchema } from "./amounts.ts";
import { type TransactionFields, transactionEntries } from "./transaction-fields.ts";
import { anyUuidSchema, type Uuid } from "./uuid.ts";
import { redeemableVoucherSchema, type Voucher } from "./voucher.ts";

/** The body of `refundVoucher`. */
export interface RefundRequest extends TransactionFields, WithAdditionalFields {
  /** The voucher that was redeemed, and shall be usable again. */
  readonly voucher: Voucher & { readonly code: string };
  /** `requestAmount` is the amount to refund; absent means all that was redeemed. */
  readonly amounts?: Amounts;
  /** The `id` of the redemption that is refunded, if this system or one that it knows has sent that. */
  readonly redemptionId?: Uuid;
  /** The receiver's own reference of the redemption. */
  readonly receiverTransactionRef?: string;
}

/** The response to an approved refund. */
export interface RefundResponse extends TransactionFields {
  readonly voucher?: Voucher;
  readonly amounts?: Amounts;
}

const refundEntries = {
  ...transactionEntries,
  voucher: redeemableVoucherSchema,
  amounts: v.exactOptional(amountsSchema),
  redemptionId: v.exactOptional(anyUuidSchema),
  receiverTransactionRef: v.exactOptional(v.string()),
};

export const refundRequestSchema: v.GenericSchema<RefundRequest> = strictObject({
  ...refundEntries,
  ...additionalFieldsEntry(refundEntries),
});
