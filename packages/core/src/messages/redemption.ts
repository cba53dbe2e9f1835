import * as v from "valibot";
import { type Amounts, amountsSchema } from "./amounts.ts";
import { type Customer, customerSchema } from "./customer.ts";
import { type TransactionFields, transactionEntries } from "./transaction-fields.ts";
import { redeemableVoucherSchema, type Voucher } from "./voucher.ts";

/** The body of `redeemVoucher`. */
export interface RedemptionRequest extends TransactionFields {
  readonly voucher: Voucher & { readonly code: string };
  /** `requestAmount` is the amount to redeem; it may differ from the value provisioned. */
  readonly amounts?: Amounts;
  readonly customer?: Customer;
}

/** The response to an approved redemption. */
export interface RedemptionResponse extends TransactionFields {
  readonly voucher?: Voucher;
  readonly amounts?: Amounts;
  readonly customer?: Customer;
}

export const redemptionRequestSchema: v.GenericSchema<RedemptionRequest> = v.strictObject({
  ...transactionEntries,
  voucher: redeemableVoucherSchema,
  amounts: v.exactOptional(amountsSchema),
  customer: v.exactOptional(customerSchema),
});
