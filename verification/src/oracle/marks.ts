import type { Entry, Transaction } from "@electrum-vouchers/core";
import { sameJson } from "@electrum-vouchers/testkit";
import { mayHandOver } from "./promises.ts";

// What the marks of handing over must say, written a second time and independently.

/** The caller is given the voucher once this is durable. */
export const asksForVoucher = (entry: Entry): boolean =>
  entry.type === "intent" &&
  (entry.intent.type === "handOver" || (entry.intent.type === "confirm" && entry.intent.handOver === true));

/** Whether the step left the mark that it must leave: what is given out is marked, and a mark stays. */
export function isMarkedAsGiven(before: Transaction | undefined, entry: Entry, after: Transaction): boolean {
  const had = before?.handedOver;
  const has = after.handedOver;
  if (asksForVoucher(entry)) {
    if (has === undefined) return false;
    if (had === undefined) return has.copies === 0 && has.printedAt === undefined;
    return mayGiveAgain(had, entry, after) && sameJson(has, { ...had, copies: had.copies + 1 });
  }
  if (entry.type === "intent" && entry.intent.type === "printed")
    return had !== undefined && sameJson(has, { ...had, printedAt: entry.intent.at });
  return sameJson(has ?? null, had ?? null);
}

/** A copy is given to a person who says why, or to a till that has not yet said that it has printed. */
const mayGiveAgain = (
  { printedAt }: NonNullable<Transaction["handedOver"]>,
  entry: Entry,
  after: Transaction,
): boolean =>
  (entry.type === "intent" && entry.intent.type === "handOver" && entry.intent.copy !== undefined) ||
  (tracksPrinting(after) && printedAt === undefined);

const tracksPrinting = (transaction: Transaction): boolean =>
  (("redeem" in transaction ? transaction.redeem.policy : undefined) ?? transaction.start.policy).tracksPrinting;

/** Whether the customer of a sale has a voucher to get that was not given, or not printed as far as the till has said. */
export function awaitsVoucher(sale: Extract<Transaction, { kind: "provision" }>): boolean {
  const { handedOver, start } = sale;
  const isConfirmed =
    sale.state === "disputed"
      ? sale.finalizing.state === "confirming"
      : sale.state === "resolved"
        ? sale.finalizing.state === "confirming" && sale.resolution.resolution === "confirmed"
        : mayHandOver(sale);
  if (!isConfirmed || start.redacted === true) return false;
  return handedOver === undefined || (tracksPrinting(sale) && handedOver.printedAt === undefined);
}
