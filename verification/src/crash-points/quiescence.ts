import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { decodeEntry, encode, type Entry, replay, type Transaction } from "@electrum-vouchers/core";
import { readRecord } from "@electrum-vouchers/runtime/engine";
import { computeBalance, transactionsWithId, type World } from "@electrum-vouchers/simulator";
import { findDisagreements } from "../simulation/agreement.ts";
import type { TransactionHistory, Oracle } from "./oracle.ts";

/** More transactions than any flow has. */
const PAGE = 100;

/** What does not hold once nothing is under way any more. */
export async function checkAtQuiescence(
  outbox: SqliteOutbox,
  world: World,
  oracle: Oracle,
): Promise<readonly string[]> {
  const transactions = await loadTransactions(outbox);
  const summary = await outbox.summary();
  const check = await outbox.check();
  const violations = [
    ...summary.match(
      ({ due }) => (Object.values(due).every((count) => count === 0) ? [] : ["something is due for ever"]),
      ({ reason }) => [`the outbox is ${reason}`],
    ),
    ...check.unwrapOr(["the outbox cannot be checked"]),
    ...computeBalance(world).discrepancies,
    ...oracle
      .knownIds()
      .filter((known) => !transactions.some(({ id }) => id === known))
      .map((id) => `the till has forgotten ${id}`),
  ];
  for (const transaction of transactions) {
    const found = [
      ...findDisagreements(transaction, world),
      ...(await checkJournal(outbox, transaction, oracle.historyOf(transaction.id))),
      ...checkCallerView(transaction, oracle.historyOf(transaction.id), world),
    ];
    violations.push(...found.map((violation) => `${transaction.kind} ${transaction.id}: ${violation}`));
  }
  return [...violations, ...oracle.violations];
}

/** Every transaction as it is stored; what cannot be read is a bug here, where no disk fails. */
export async function loadTransactions(outbox: SqliteOutbox): Promise<readonly Transaction[]> {
  const page = await outbox.list({ limit: PAGE });
  return page._unsafeUnwrap().records.map((record) => readRecord(record)._unsafeUnwrap().transaction);
}

/** The journal leads to what is stored, by way of everything that the till's user was told. */
async function checkJournal(
  outbox: SqliteOutbox,
  transaction: Transaction,
  { states }: TransactionHistory,
): Promise<readonly string[]> {
  const stored = await outbox.journal(transaction.id);
  const journal = stored._unsafeUnwrap().map((entry) => decodeEntry(entry)._unsafeUnwrap());
  const replayedStates = journal.map((_, index) => tryReplay(journal.slice(0, index + 1)));
  const last = replayedStates.at(-1);
  const forgotten = [...states].filter((state) => !replayedStates.some((each) => each?.state === state));
  return [
    ...(last !== undefined && encode(last) === encode(transaction) ? [] : ["its journal leads elsewhere"]),
    ...forgotten.map((state) => `the till said that it was ${state}, and has forgotten it`),
  ];
}

const tryReplay = (journal: readonly Entry[]): Transaction | undefined =>
  replay(journal).match(
    (transaction) => transaction,
    () => undefined,
  );

/** What was handed over is live, and what was granted holds. */
function checkCallerView(
  { id, state }: Transaction,
  { voucherCode, decision }: TransactionHistory,
  world: World,
): readonly string[] {
  const isSold = state === "confirmed" || state === "completed";
  const isUndone = state === "reversed" || state === "declined" || state === "abandoned";
  const issued = transactionsWithId(world, id).find(({ kind }) => kind === "provision")?.voucherCode;
  return [
    ...(voucherCode === undefined || (isSold && issued === voucherCode)
      ? []
      : [`its voucher was handed over, and it is ${state}`]),
    ...(decision === "confirm" && !isSold ? [`it was confirmed, and is ${state}`] : []),
    ...(decision === "cancel" && !isUndone ? [`it was cancelled, and is ${state}`] : []),
  ];
}
