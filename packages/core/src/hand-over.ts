import { err, ok, type Result } from "neverthrow";
import { leavesChange } from "./change-voucher.ts";
import { approvedResponse, reasonAgainst } from "./machines/handing-over.ts";
import { optionalField } from "./messages/lenient.ts";
import type { Provision } from "./machines/provision-state.ts";
import type { SlipData } from "./messages/slip-data.ts";
import { readSlipData, readVoucher, type VoucherForCustomer } from "./messages/read-voucher.ts";
import type { NothingToHandOver } from "./step.ts";
import type { Transaction } from "./transaction.ts";
import type { TransactionView } from "./view.ts";

// What the customer is handed. There is no other way to a voucher's code and pin.
//
// A sale gives its voucher. A redemption may give another voucher, with the rest of the value (contract I.11). When there is something to
// give, and that it was given, is the machines' business: `machines/handing-over.ts`.

/** What the customer is handed. */
export interface HandOver {
  /** The voucher of a sale; of a redemption its change voucher, if it left one. */
  readonly voucher?: VoucherForCustomer;
  /** Text for the receipt. It may repeat the code. */
  readonly slipData?: SlipData;
  /** How often it was handed over before: what is printed now is a copy, and must say so. Absent: this is the first time. */
  readonly copy?: number;
}

/** What the customer of a sale is handed: always a voucher. */
export interface SaleHandOver extends HandOver {
  readonly voucher: VoucherForCustomer;
}

/** Whether what was issued or redeemed stands, so that the customer may be handed what there is. */
export const canHandOver = (transaction: Transaction | TransactionView): boolean =>
  reasonAgainst(transaction) === undefined;

/**
 * Gives out what the customer of a sale or a redemption is handed.
 *
 * @example
 * handOver(sale).match(({ voucher }) => print(voucher.code), ({ reason }) => show(reason))
 */
export function handOver(transaction: Provision): Result<SaleHandOver, NothingToHandOver>;
export function handOver(transaction: Transaction): Result<HandOver, NothingToHandOver>;
export function handOver(transaction: Transaction): Result<HandOver, NothingToHandOver> {
  const { state } = transaction;
  const reason = reasonAgainst(transaction);
  if (reason !== undefined) return err({ type: "nothingToHandOver", reason, state });
  const response = approvedResponse(transaction) ?? {};
  const { copies } = transaction.handedOver ?? { copies: 0 };
  const isSale = transaction.kind === "provision";
  const voucher = isSale || leavesChange(transaction, response) ? readVoucher(response["voucher"]) : undefined;
  if (isSale && voucher === undefined) throw new TypeError("an approved provision always holds a voucher with a code");
  return ok({
    ...optionalField("voucher", voucher),
    ...optionalField("slipData", readSlipData(response["slipData"])),
    ...(copies === 0 ? {} : { copy: copies }),
  });
}
