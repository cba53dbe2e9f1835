import * as v from "valibot";
import { strictObject } from "../strict-object.ts";
import { type Amounts, amountsSchema } from "./amounts.ts";
import { type Customer, customerSchema } from "./customer.ts";
import { type TransactionFields, transactionEntries } from "./transaction-fields.ts";
import { redeemableVoucherSchema, type Voucher, voucherSchema } from "./voucher.ts";

/** The body of `redeemVoucher`. */
export interface RedemptionRequest extends TransactionFields {
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

export const redemptionRequestSchema: v.GenericSchema<RedemptionRequest> = strictObject({
  ...redemptionEntries,
  voucher: redeemableVoucherSchema,
});

export const redemptionDraftSchema: v.GenericSchema<RedemptionDraft> = strictObject({
  ...redemptionEntries,
  voucher: v.exactOptional(voucherSchema),
});
