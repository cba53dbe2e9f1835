import type { LedgerAmount, SlipData } from "@electrum-vouchers/core";
import type { VoucherRecord, World } from "./world.ts";

/** The number of characters on a line of a receipt printer's narrow paper. */
const SLIP_WIDTH = 40;

/** The issuer's reference of the transaction that is about to be recorded: capital letters and digits, as the Swagger wants. */
export const slipReference = (world: World): string => `SLIP${String(world.recorded + 1).padStart(8, "0")}`;

/** What the customer is handed: it holds the voucher's code. */
export function voucherSlip({ voucher, value }: VoucherRecord, issuerReference: string): SlipData {
  const expiry = voucher.expiryDate === undefined ? [] : [{ text: `Expires ${voucher.expiryDate.slice(0, 10)}` }];
  return {
    messageLines: [
      { text: "VOUCHER", fontWidthScaleFactor: 2, fontHeightScaleFactor: 2 },
      ...amountLines("Value", value),
      { text: voucher.code, barcode: { data: voucher.code, encoding: "CODE128" } },
      ...expiry,
      ...(voucher.redeemInstructions ?? []).map((text) => ({ text })),
      { text: "", line: true, cut: true },
    ],
    slipWidth: SLIP_WIDTH,
    issuerReference,
  };
}

/** The receipt of a redemption or a refund. It need not repeat the code. */
export const receiptSlip = (title: string, amount: LedgerAmount | undefined, issuerReference: string): SlipData => ({
  messageLines: [{ text: title }, ...amountLines("Amount", amount), { text: "", cut: true }],
  slipWidth: SLIP_WIDTH,
  issuerReference,
});

const amountLines = (label: string, amount: LedgerAmount | undefined): readonly { readonly text: string }[] =>
  amount === undefined ? [] : [{ text: `${label} ${(amount.amount / 100).toFixed(2)} (currency ${amount.currency})` }];
