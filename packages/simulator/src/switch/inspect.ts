import type { Instant } from "@electrum-vouchers/core";
import { values } from "../persistent-map.ts";
import { transactionsOf, voucherOf } from "./ledger.ts";
import { lengthOf, peek } from "./queue.ts";
import type { Forward, Provider, LedgerTransaction, VoucherRecord, VoucherState, World } from "./world.ts";
import type { TransactionKind } from "./operations.ts";

const kinds: readonly TransactionKind[] = ["provision", "redemption", "refund"];

/** A transaction as the administration shows it: with the state of its voucher, without the body of the response. */
export interface LedgerTransactionView extends Omit<LedgerTransaction, "response"> {
  readonly voucherState?: VoucherState;
  readonly response?: { readonly status: number; readonly at: Instant };
}

/** The transactions with this request id: one for each kind and user that used it. */
export const transactionsWithId = (world: World, id: string): readonly LedgerTransactionView[] =>
  kinds.flatMap((kind) => transactionsOf(world, kind, id)).map((transaction) => toView(world, transaction));

/** The last `limit` transactions, in the order in which the switch recorded them. */
export const latestTransactions = (world: World, limit: number): readonly LedgerTransactionView[] =>
  [...values(world.transactions)]
    .flat()
    .toSorted((left, right) => left.number - right.number)
    .slice(-limit)
    .map((transaction) => toView(world, transaction));

function toView(world: World, { response, ...transaction }: LedgerTransaction): LedgerTransactionView {
  const voucher = voucherOf(world, transaction);
  return {
    ...transaction,
    ...(voucher === undefined ? {} : { voucherState: voucher.state }),
    ...(response === undefined ? {} : { response: { status: response.status, at: response.at } }),
  };
}

/** The first `limit` vouchers, by code. */
export const firstVouchers = (world: World, limit: number): readonly VoucherRecord[] =>
  [...values(world.vouchers)]
    .toSorted((left, right) => (left.voucher.code < right.voucher.code ? -1 : 1))
    .slice(0, limit);

/** A provider as the administration shows it: what waits for it, and what it received. */
export interface ProviderView extends Omit<Provider, "queue"> {
  readonly name: string;
  readonly queued: number;
  /** The first advices that wait, in order. */
  readonly queue: readonly Forward[];
}

export const allProviders = (world: World, limit: number): readonly ProviderView[] =>
  Object.entries(world.providers).map(([name, { queue, ...provider }]) => {
    return { name, ...provider, queued: lengthOf(queue), queue: peek(queue, limit) };
  });
