import { type HandOver, printable } from "@electrum-vouchers/core";
import { styleBold } from "./text-style.ts";

/** The lines of what the customer is handed: the voucher, and the text for the receipt. */
export function voucherLines({ voucher, slipData, copy }: HandOver): readonly string[] {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["code", voucher?.code],
    ["pin", voucher?.pin?.pin],
    ["serial number", voucher?.serialNumber],
    ["valid until", voucher?.expiryDate],
  ];
  const fields = rows.flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${name.padEnd(14)} ${printable(value)}`],
  );
  const texts = [...(voucher?.redeemInstructions ?? []), ...(slipData?.messageLines ?? []).map(({ text }) => text)];
  const notes = texts.flatMap((text) => text.split(/\r?\n/)).map((line) => `  ${printable(line)}`);
  const title = copy === undefined ? "The voucher" : `COPY ${copy} of the voucher`;
  return [styleBold(`${title}, for the customer alone`), ...fields, ...notes];
}
