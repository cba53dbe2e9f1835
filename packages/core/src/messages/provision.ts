import * as v from "valibot";
import { strictObject } from "../strict-object.ts";
import { additionalFieldsEntry, type WithAdditionalFields } from "./additional-fields.ts";
import { type Amounts, amountsSchema } from "./amounts.ts";
import { type Customer, customerSchema } from "./customer.ts";
import { type Product, productSchema } from "./product.ts";
import { type Tender, tenderSchema } from "./tender.ts";
import { type TransactionFields, transactionEntries } from "./transaction-fields.ts";
import { type Voucher, voucherSchema } from "./voucher.ts";

/** The body of `provisionVoucher`, and, unchanged, of `retryProvisionVoucher`. */
export interface ProvisionRequest extends TransactionFields, WithAdditionalFields {
  /** `requestAmount` is the value wanted, if the product has no fixed price. */
  readonly amounts?: Amounts;
  /** How the customer paid. */
  readonly tenders?: readonly Tender[];
  /** Only if the vendor lets the client choose the code. */
  readonly voucher?: Voucher;
  readonly product?: Product;
  /** The customer who will use the voucher. */
  readonly recipient?: Customer;
}

/** The response to an approved provision. */
export interface ProvisionResponse extends TransactionFields {
  readonly voucher: Voucher;
  readonly amounts?: Amounts;
  readonly product?: Product;
  readonly recipient?: Customer;
}

const provisionEntries = {
  ...transactionEntries,
  amounts: v.exactOptional(amountsSchema),
  tenders: v.exactOptional(v.array(tenderSchema)),
  voucher: v.exactOptional(voucherSchema),
  product: v.exactOptional(productSchema),
  recipient: v.exactOptional(customerSchema),
};

export const provisionRequestSchema: v.GenericSchema<ProvisionRequest> = strictObject({
  ...provisionEntries,
  ...additionalFieldsEntry(provisionEntries),
});
