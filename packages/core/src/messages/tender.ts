import * as v from "valibot";
import { strictObject } from "../strict-object.ts";
import { type LedgerAmount, ledgerAmountSchema } from "./amounts.ts";
import { maskCardNumber } from "./card-number.ts";
import { textUpTo } from "./text.ts";

/** How the customer paid: one means of payment and its share. */
export interface Tender {
  readonly amount: LedgerAmount;
  readonly tenderType:
    | "CASH"
    | "CHEQUE"
    | "CREDIT_CARD"
    | "DEBIT_CARD"
    | "WALLET"
    | "ROUNDING"
    | "GIFT_CARD"
    | "LOYALTY_CARD"
    | "OTHER";
  readonly accountType?:
    | "DEFAULT"
    | "SAVINGS"
    | "CHEQUE"
    | "CREDIT"
    | "UNIVERSAL"
    | "ELECTRONIC_PURSE"
    | "STORED_VALUE";
  /** Masked: six digits, then up to 13 digits or asterisks. Of a full number, all but the first six and last four digits are masked. */
  readonly cardNumber?: string;
  /** At most 40 characters. */
  readonly reference?: string;
}

export const tenderSchema: v.GenericSchema<Tender> = strictObject({
  amount: ledgerAmountSchema,
  tenderType: v.picklist([
    "CASH",
    "CHEQUE",
    "CREDIT_CARD",
    "DEBIT_CARD",
    "WALLET",
    "ROUNDING",
    "GIFT_CARD",
    "LOYALTY_CARD",
    "OTHER",
  ]),
  accountType: v.exactOptional(
    v.picklist(["DEFAULT", "SAVINGS", "CHEQUE", "CREDIT", "UNIVERSAL", "ELECTRONIC_PURSE", "STORED_VALUE"]),
  ),
  cardNumber: v.exactOptional(
    v.pipe(
      v.string(),
      v.transform(maskCardNumber),
      v.regex(/^[0-9]{6}[0-9*]{0,13}$/, "must be a masked card number: six digits, then digits or *"),
    ),
  ),
  reference: v.exactOptional(textUpTo(40)),
});

export const tendersSchema: v.GenericSchema<readonly Tender[]> = v.array(tenderSchema);
