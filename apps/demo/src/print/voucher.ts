import type { VoucherForCustomer, Json } from "@electrum-vouchers/core";
import { isJsonObject } from "@electrum-vouchers/testkit";
import { styleBold } from "./text-style.ts";

/** The lines of a voucher, for the customer. */
export function voucherLines({
  code,
  pin,
  serialNumber,
  expiryDate,
  redeemInstructions = [],
  slipData,
}: VoucherForCustomer): readonly string[] {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["code", code],
    ["pin", typeof pin?.["pin"] === "string" ? pin["pin"] : undefined],
    ["serial number", serialNumber],
    ["valid until", expiryDate],
  ];
  const fields = rows.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(14)} ${value}`]));
  const notes = [...redeemInstructions, ...slipLines(slipData)].map((line) => `  ${line}`);
  return [styleBold("The voucher, for the customer alone"), ...fields, ...notes];
}

function slipLines(slipData: VoucherForCustomer["slipData"]): readonly string[] {
  const lines = slipData?.["messageLines"];
  if (!isList(lines)) return [];
  return lines.flatMap((line) => (isJsonObject(line) && typeof line["text"] === "string" ? [line["text"]] : []));
}

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
