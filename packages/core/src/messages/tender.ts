import * as v from "valibot";
import { type LedgerAmount, ledgerAmountSchema } from "./amounts.ts";
import { textMatching, textUpTo } from "./text.ts";

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
  /** Masked: six digits, then up to 13 digits or asterisks. */
  readonly cardNumber?: string;
  /** At most 40 characters. */
  readonly reference?: string;
}

export const tenderSchema: v.GenericSchema<Tender> = v.strictObject({
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
    textMatching(/^[0-9]{6}[0-9*]{0,13}$/, "a masked card number: six digits, then digits or *"),
  ),
  reference: v.exactOptional(textUpTo(40)),
});
