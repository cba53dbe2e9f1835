import * as v from "valibot";
import { strictObject } from "../strict-object.ts";
import { textMatching } from "./text.ts";

/** An amount of money in minor units (cents): 79995 with currency "710" is R799.95. */
export interface LedgerAmount {
  /** Minor units, a whole number. */
  readonly amount: number;
  /** ISO 4217 numeric, e.g. "710". */
  readonly currency: string;
  /** Required only if both are possible. */
  readonly ledgerIndicator?: "DEBIT" | "CREDIT";
}

/** The amounts of a transaction. An absent one counts as zero, or in an advice as the full amount. */
export interface Amounts {
  readonly requestAmount?: LedgerAmount;
  readonly approvedAmount?: LedgerAmount;
  readonly feeAmount?: LedgerAmount;
  readonly balanceAmount?: LedgerAmount;
  readonly additionalAmounts?: Readonly<Record<string, LedgerAmount>>;
}

const ledgerAmountEntries = {
  amount: v.pipe(v.number(), v.safeInteger("must be a whole number of minor units")),
  currency: textMatching(/^[0-9]{3}$/, "an ISO 4217 numeric currency, such as 710"),
  ledgerIndicator: v.exactOptional(v.picklist(["DEBIT", "CREDIT"])),
};

export const ledgerAmountSchema: v.GenericSchema<LedgerAmount> = strictObject(ledgerAmountEntries);

/** Nothing is asked for, or approved, that is below zero: what is given back is a refund. A tender for rounding or change may be. */
const positiveAmountSchema: v.GenericSchema<LedgerAmount> = strictObject({
  ...ledgerAmountEntries,
  amount: v.pipe(ledgerAmountEntries.amount, v.minValue(0, "must not be below zero")),
});

export const amountsSchema: v.GenericSchema<Amounts> = strictObject({
  requestAmount: v.exactOptional(positiveAmountSchema),
  approvedAmount: v.exactOptional(positiveAmountSchema),
  feeAmount: v.exactOptional(ledgerAmountSchema),
  balanceAmount: v.exactOptional(ledgerAmountSchema),
  additionalAmounts: v.exactOptional(v.record(v.string(), ledgerAmountSchema)),
});
