import type { Instant } from "@electrum-vouchers/core";
import { get, remove, set, values } from "../persistent-map.ts";
import type { HistoryEvent, LedgerTransaction, TransactionKey, VoucherRecord, World } from "./world.ts";
import type { TransactionKind } from "./operations.ts";

/** UUIDs are compared without regard to case. */
const mapKeyOf = (kind: TransactionKind, id: string): string => `${kind}/${id.toLowerCase()}`;

/** The transactions of this kind with this id, one for each user. */
export const transactionsOf = (world: World, kind: TransactionKind, id: string): readonly LedgerTransaction[] =>
  get(world.transactions, mapKeyOf(kind, id)) ?? [];

export const findTransaction = (world: World, { kind, user, id }: TransactionKey): LedgerTransaction | undefined =>
  transactionsOf(world, kind, id).find((transaction) => transaction.user === user);

export const findVoucher = (world: World, code: string | undefined): VoucherRecord | undefined =>
  code === undefined ? undefined : get(world.vouchers, code);

export const voucherOf = (
  world: World,
  transaction: Pick<LedgerTransaction, "voucherCode"> | undefined,
): VoucherRecord | undefined => findVoucher(world, transaction?.voucherCode);

export const isFull = (world: World): boolean => world.transactions.size >= world.settings.maxTransactions;

export const transactionKeyOf = ({ kind, user, id }: TransactionKey): TransactionKey => ({ kind, user, id });

/** Whether this transaction brought the voucher into its present state. */
export const isHolder = (transaction: TransactionKey, voucher: VoucherRecord): boolean =>
  voucher.holder.kind === transaction.kind &&
  voucher.holder.user === transaction.user &&
  voucher.holder.id.toLowerCase() === transaction.id.toLowerCase();

/** Records a new or changed transaction, and the event in its history. */
export function recordTransaction(
  world: World,
  changed: Omit<LedgerTransaction, "number" | "history">,
  event: HistoryEvent,
): World {
  const others = transactionsOf(world, changed.kind, changed.id).filter(({ user }) => user !== changed.user);
  const known = findTransaction(world, changed);
  const transaction: LedgerTransaction = {
    ...changed,
    number: known?.number ?? world.recorded + 1,
    history: appendToHistory(world, known?.history ?? [], event),
  };
  return {
    ...world,
    recorded: known === undefined ? world.recorded + 1 : world.recorded,
    transactions: set(world.transactions, mapKeyOf(changed.kind, changed.id), [...others, transaction]),
  };
}

/** Records a new or changed voucher, and the event in its history. */
export function recordVoucher(world: World, changed: Omit<VoucherRecord, "history">, event: HistoryEvent): World {
  const { code, serialNumber } = changed.voucher;
  const known = findVoucher(world, code);
  const record: VoucherRecord = { ...changed, history: appendToHistory(world, known?.history ?? [], event) };
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

function appendToHistory(world: World, history: readonly HistoryEvent[], event: HistoryEvent): readonly HistoryEvent[] {
  const { maxHistory } = world.settings;
  return maxHistory === 0 ? [] : [...history, event].slice(-maxHistory);
}

export const hasRecords = (world: World, user: string): boolean =>
  [...values(world.transactions)].flat().some((transaction) => transaction.user === user);

/** Deletes this user's transactions and the vouchers that they issued, as the reset of Electrum's test server does. */
export function deleteRecordsOf(world: World, user: string): World {
  const own = [...values(world.transactions)].flat().filter((transaction) => transaction.user === user);
  return own.reduce(deleteTransaction, world);
}

function deleteTransaction(world: World, transaction: LedgerTransaction): World {
  const key = mapKeyOf(transaction.kind, transaction.id);
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

/** Creates an event of a history. */
export const historyEvent = (at: Instant, description: string): HistoryEvent => ({ at, description });
