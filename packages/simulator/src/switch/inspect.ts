import { values } from "../persistent-map.ts";
import { transactionsOf } from "./ledger.ts";
import { providerNames } from "./providers.ts";
import { lengthOf, peek } from "./queue.ts";
import type { Forward, Kind, Provider, Transaction, VoucherRecord, World } from "./world.ts";

const kinds: readonly Kind[] = ["provision", "redemption", "refund"];

/** What the switch thinks of this request id: one entry for each kind and user that used it. */
export const transactionsWithId = (world: World, id: string): readonly Transaction[] =>
  kinds.flatMap((kind) => transactionsOf(world, kind, id));

/** All transactions, in the order in which the switch first heard of them. */
export const allTransactions = (world: World): readonly Transaction[] =>
  [...values(world.transactions)].flat().toSorted((left, right) => left.number - right.number);

/** All vouchers, by code. */
export const allVouchers = (world: World): readonly VoucherRecord[] =>
  [...values(world.vouchers)].toSorted((left, right) => (left.voucher.code < right.voucher.code ? -1 : 1));

/** A provider for people: what waits for it, and what reached it. */
export interface ProviderView extends Omit<Provider, "queue"> {
  readonly name: string;
  readonly queued: number;
  /** The first of those that wait, in order. */
  readonly queue: readonly Forward[];
}

export const allProviders = (world: World, limit: number): readonly ProviderView[] =>
  providerNames.map((name) => {
    const { queue, ...provider } = world.providers[name];
    return { name, ...provider, queued: lengthOf(queue), queue: peek(queue, limit) };
  });
