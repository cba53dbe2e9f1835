import type { LedgerAmount } from "@electrum-vouchers/core";

/** Currencies whose sign and number of decimals are known here, by their ISO 4217 number. */
const CURRENCIES: ReadonlyMap<string, { readonly sign: string; readonly decimals: number }> = new Map([
  ["710", { sign: "R", decimals: 2 }],
  ["072", { sign: "P", decimals: 2 }],
  ["516", { sign: "N$", decimals: 2 }],
  ["840", { sign: "$", decimals: 2 }],
  ["978", { sign: "€", decimals: 2 }],
]);

/** Money as a person reads it: `R 465.00`. Of a currency that is not known here: its minor units, and its number. */
export function amountText({ amount, currency }: LedgerAmount): string {
  const known = CURRENCIES.get(currency);
  if (known === undefined) return `${amount} of ${currency}`;
  return `${known.sign} ${(amount / 10 ** known.decimals).toFixed(known.decimals)}`;
}

/** Sums by currency; empty if there is no money in them. */
export const sumsText = (amounts: Readonly<Record<string, number>>): string =>
  Object.entries(amounts)
    .map(([currency, amount]) => amountText({ amount, currency }))
    .join(" + ");
