import * as v from "valibot";
import { strictObject } from "../strict-object.ts";
import { additionalFieldsEntry, type WithAdditionalFields } from "./additional-fields.ts";
import { type Amounts, amountsSchema } from "./amounts.ts";
import { type Customer, customerSchema } from "./customer.ts";
import { type TransactionFields, transactionEntries } from "./transaction-fields.ts";
import { redeemableVoucherSchema, type Voucher, voucherSchema } from "./voucher.ts";

/** The body of `redeemVoucher`. */
export interface RedemptionRequest extends TransactionFields, WithAdditionalFields {
  readonly voucher: Voucher & { readonly code: string };
  /** `requestAmount` is the amount to redeem; it may differ from the value provisioned. */
  readonly amounts?: Amounts;
  readonly customer?: Customer;
}

/** A redemption request that may leave out the voucher's code, or the voucher: it is the one that was found. */
export type RedemptionDraft = Omit<RedemptionRequest, "voucher"> & { readonly voucher?: Voucher };

/** The response to an approved redemption. */
export interface RedemptionResponse extends TransactionFields {
  readonly voucher?: Voucher;
  readonly amounts?: Amounts;
  readonly customer?: Customer;
}

const redemptionEntries = {
  ...transactionEntries,
  amounts: v.exactOptional(amountsSchema),
  customer: v.exactOptional(customerSchema),
};

const requestEntries = {
  ...redemptionEntries,
  ...additionalFieldsEntry({ ...redemptionEntries, voucher: voucherSchema }),
};

export const redemptionRequestSchema: v.GenericSchema<RedemptionRequest> = strictObject({
  ...requestEntries,
  voucher: redeemableVoucherSchema,
});

export const redemptionDraftSchema: v.GenericSchema<RedemptionDraft> = strictObject({
  ...requestEntries,
  voucher: v.exactOptional(voucherSchema),
});
