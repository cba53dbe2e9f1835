import {
  type CannotTellYet,
  type MessageDetails,
  printable,
  type TransactionStatus,
  type View,
  type VoucherStatus,
} from "@electrum-vouchers/core";
import { describeAmount, describeError } from "./ending.ts";
import { describeNoResponse } from "./no-response.ts";
import { styleBold } from "./text-style.ts";

/** What Electrum says of a voucher or of a transaction of ours, in lines. */
export function statusLines(status: View<VoucherStatus> | View<TransactionStatus>): readonly string[] {
  switch (status.outcome) {
    case "found":
      return [styleBold("found"), ...detailLines(status.response)];
    case "processed":
      return status.result === "approved"
        ? [`${styleBold("processed")} - approved`, ...detailLines(status.response)]
        : [`${styleBold("processed")} - declined: ${describeError(status.error)}`];
    case "notFound":
      return [
        `${styleBold("not found")} - Electrum holds nothing of it${status.error === undefined ? "" : `: ${describeError(status.error)}`}`,
      ];
    case "cannotTellYet":
      return [`${styleBold("cannot tell yet")} - ${describeCannotTell(status)}`];
  }
}

function describeCannotTell(status: CannotTellYet): string {
  switch (status.reason) {
    case "stillProcessing":
      return "Electrum is still processing it";
    case "noResponse":
      return describeNoResponse(status.cause);
    case "notElectrum":
      return `${status.error.status}, and not from Electrum`;
    case "notAuthorised":
      return `this client may not ask: ${describeError(status.error)}`;
    case "unavailable":
      return `not available: ${describeError(status.error)}`;
    case "refused":
      return `the question is refused: ${describeError(status.error)}`;
  }
}

/** What may be said of a voucher: never its code or pin. */
function detailLines({ amounts, voucher, product, receiver }: MessageDetails): readonly string[] {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["balance", amounts?.balanceAmount && describeAmount(amounts.balanceAmount)],
    ["value", amounts?.approvedAmount && describeAmount(amounts.approvedAmount)],
    ["serial number", voucher?.serialNumber],
    ["valid until", voucher?.expiryDate],
    ["product", product?.name ?? product?.productId],
    ["provider", receiver?.name ?? receiver?.id],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(14)} ${printable(value)}`]));
}
