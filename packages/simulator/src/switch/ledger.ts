import type { Instant } from "@electrum-vouchers/core";
import { get, remove, set, values } from "../persistent-map.ts";
import type { Event, Transaction, TransactionName, VoucherRecord, World } from "./world.ts";
import type { Kind } from "./operations.ts";

/** UUIDs are compared without regard to case. */
const keyOf = (kind: Kind, id: string): string => `${kind}/${id.toLowerCase()}`;

/** The transactions of this kind that used this id, one a user. */
export const transactionsOf = (world: World, kind: Kind, id: string): readonly Transaction[] =>
  get(world.transactions, keyOf(kind, id)) ?? [];

export const findTransaction = (world: World, { kind, user, id }: TransactionName): Transaction | undefined =>
  transactionsOf(world, kind, id).find((transaction) => transaction.user === user);

export const findVoucher = (world: World, code: string | undefined): VoucherRecord | undefined =>
  code === undefined ? undefined : get(world.vouchers, code);

export const voucherOf = (
  world: World,
  transaction: Pick<Transaction, "voucherCode"> | undefined,
): VoucherRecord | undefined => findVoucher(world, transaction?.voucherCode);

export const isFull = (world: World): boolean => world.transactions.size >= world.settings.maxTransactions;

export const nameOf = ({ kind, user, id }: TransactionName): TransactionName => ({ kind, user, id });

/** Whether the voucher is in the state that this transaction brought it into. */
export const holds = (transaction: TransactionName, voucher: VoucherRecord): boolean =>
  voucher.holder.kind === transaction.kind &&
  voucher.holder.user === transaction.user &&
  voucher.holder.id.toLowerCase() === transaction.id.toLowerCase();

/** Records the transaction, new or changed, and what happened to it. */
export function recordTransaction(world: World, changed: Omit<Transaction, "number" | "history">, event: Event): World {
  const others = transactionsOf(world, changed.kind, changed.id).filter(({ user }) => user !== changed.user);
  const known = findTransaction(world, changed);
  const transaction: Transaction = {
    ...changed,
    number: known?.number ?? world.recorded + 1,
    history: latest(world, known?.history ?? [], event),
  };
  return {
    ...world,
    recorded: known === undefined ? world.recorded + 1 : world.recorded,
    transactions: set(world.transactions, keyOf(changed.kind, changed.id), [...others, transaction]),
  };
}

/** Records the voucher, new or changed, and what happened to it. */
export function recordVoucher(world: World, changed: Omit<VoucherRecord, "history">, event: Event): World {
  const { code, serialNumber } = changed.voucher;
  const known = findVoucher(world, code);
  const record: VoucherRecord = { ...changed, history: latest(world, known?.history ?? [], event) };
  return {
    ...world,
    issued: known === undefined ? world.issued + 1 : world.issued,
    vouchers: set(world.vouchers, code, record),
    serialNumbers:
      serialNumber === undefined || known !== undefined
        ? world.serialNumbers
        : set(world.serialNumbers, serialNumber, code),
  };
}

function latest(world: World, history: readonly Event[], event: Event): readonly Event[] {
  const { maxHistory } = world.settings;
  return maxHistory === 0 ? [] : [...history, event].slice(-maxHistory);
}

export const hasRecords = (world: World, user: string): boolean =>
  [...values(world.transactions)].flat().some((transaction) => transaction.user === user);

/** The world without this user's transactions and the vouchers they issued, as the reset of Electrum's test server leaves it. */
export function forgetUser(world: World, user: string): World {
  const mine = [...values(world.transactions)].flat().filter((transaction) => transaction.user === user);
  return mine.reduce(forgetTransaction, world);
}

function forgetTransaction(world: World, transaction: Transaction): World {
  const key = keyOf(transaction.kind, transaction.id);
  const others = (get(world.transactions, key) ?? []).filter(({ user }) => user !== transaction.user);
  const transactions = others.length === 0 ? remove(world.transactions, key) : set(world.transactions, key, others);
  const voucher = transaction.kind === "provision" ? voucherOf(world, transaction) : undefined;
  if (voucher === undefined) return { ...world, transactions };
  const { code, serialNumber } = voucher.voucher;
  return {
    ...world,
    transactions,
    issued: world.issued - 1,
    vouchers: remove(world.vouchers, code),
    serialNumbers: serialNumber === undefined ? world.serialNumbers : remove(world.serialNumbers, serialNumber),
  };
}

/** An event of the history. */
export const happened = (at: Instant, event: string): Event => ({ at, event });
