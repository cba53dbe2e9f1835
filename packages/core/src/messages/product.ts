import * as v from "valibot";
import { strictObject } from "../strict-object.ts";
import { type LedgerAmount, ledgerAmountSchema } from "./amounts.ts";
import type { JsonObject } from "../json.ts";
import { jsonObjectSchema } from "./json-object.ts";
import { type Institution, institutionSchema } from "./parties.ts";
import { textMatching, textUpTo } from "./text.ts";

/** What to provision. */
export interface Product {
  /** 1 to 40 letters and digits. */
  readonly productId: string;
  /** 1 to 13 letters and digits. */
  readonly barcode?: string;
  /** 1 to 40 characters. */
  readonly name?: string;
  readonly amount?: LedgerAmount;
  /** At most 250 characters. */
  readonly description?: string;
  readonly minAmount?: LedgerAmount;
  readonly maxAmount?: LedgerAmount;
  readonly isFixedValue?: boolean;
  /** Where the product is offered. Electrum publishes no schema of a listing: it is sent as it is. */
  readonly channelProductListings?: readonly JsonObject[];
  /** The provider of the product. */
  readonly receiver?: Institution;
}

export const productSchema: v.GenericSchema<Product> = strictObject({
  productId: textMatching(/^[0-9A-Za-z]{1,40}$/, "1 to 40 letters and digits"),
  barcode: v.exactOptional(textMatching(/^[0-9A-Za-z]{1,13}$/, "1 to 13 letters and digits")),
  name: v.exactOptional(textMatching(/^.{1,40}$/s, "1 to 40 characters")),
  amount: v.exactOptional(ledgerAmountSchema),
  description: v.exactOptional(textUpTo(250)),
  minAmount: v.exactOptional(ledgerAmountSchema),
  maxAmount: v.exactOptional(ledgerAmountSchema),
  isFixedValue: v.exactOptional(v.boolean()),
  channelProductListings: v.exactOptional(v.array(jsonObjectSchema)),
  receiver: v.exactOptional(institutionSchema),
});
