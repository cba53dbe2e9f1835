import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { decodeEntry, encode, type Entry, replay, type Transaction } from "@electrum-vouchers/core";
import { readRecord } from "@electrum-vouchers/runtime/drive";
import { balance, transactionsWithId, type World } from "@electrum-vouchers/simulator";
import { disagreements } from "../simulation/agreement.ts";
import type { Testimony, Witness } from "./witness.ts";

/** More transactions than any flow has. */
const PAGE = 100;

/** What does not hold once nothing is under way any more. */
export async function restFaults(outbox: SqliteOutbox, world: World, witness: Witness): Promise<readonly string[]> {
  const transactions = await storedIn(outbox);
  const summary = await outbox.summary();
  const check = await outbox.check();
  const faults = [
    ...summary.match(
      ({ due }) => (Object.values(due).every((count) => count === 0) ? [] : ["something is due for ever"]),
      ({ reason }) => [`the outbox is ${reason}`],
    ),
    ...check.unwrapOr(["the outbox cannot be checked"]),
    ...balance(world).discrepancies,
    ...witness
      .known()
      .filter((known) => !transactions.some(({ id }) => id === known))
      .map((id) => `the till has forgotten ${id}`),
  ];
  for (const transaction of transactions) {
    const of = [
      ...disagreements(transaction, world),
      ...(await journalFaults(outbox, transaction, witness.of(transaction.id))),
      ...wordFaults(transaction, witness.of(transaction.id), world),
    ];
    faults.push(...of.map((fault) => `${transaction.kind} ${transaction.id}: ${fault}`));
  }
  return [...faults, ...witness.faults];
}

/** Every transaction as it is stored; what cannot be read is a bug here, where no disk fails. */
export async function storedIn(outbox: SqliteOutbox): Promise<readonly Transaction[]> {
  const page = await outbox.list({ limit: PAGE });
  return page._unsafeUnwrap().records.map((record) => readRecord(record)._unsafeUnwrap().transaction);
}

/** The journal leads to what is stored, by way of everything that the till's user was told. */
async function journalFaults(
  outbox: SqliteOutbox,
  transaction: Transaction,
  { states }: Testimony,
): Promise<readonly string[]> {
  const stored = await outbox.journal(transaction.id);
  const journal = stored._unsafeUnwrap().map((entry) => decodeEntry(entry)._unsafeUnwrap());
  const life = journal.map((_, index) => replayed(journal.slice(0, index + 1)));
  const last = life.at(-1);
  const forgotten = [...states].filter((state) => !life.some((each) => each?.state === state));
  return [
    ...(last !== undefined && encode(last) === encode(transaction) ? [] : ["its journal leads elsewhere"]),
    ...forgotten.map((state) => `the till said that it was ${state}, and has forgotten it`),
  ];
}

const replayed = (journal: readonly Entry[]): Transaction | undefined =>
  replay(journal).match(
    (transaction) => transaction,
    () => undefined,
  );

/** What was handed over is live, and what was granted holds. */
function wordFaults({ id, state }: Transaction, { code, decision }: Testimony, world: World): readonly string[] {
  const isSold = state === "confirmed" || state === "completed";
  const isUndone = state === "reversed" || state === "declined" || state === "abandoned";
  const issued = transactionsWithId(world, id).find(({ kind }) => kind === "provision")?.voucherCode;
  return [
    ...(code === undefined || (isSold && issued === code) ? [] : [`its voucher was handed over, and it is ${state}`]),
    ...(decision === "confirm" && !isSold ? [`it was confirmed, and is ${state}`] : []),
    ...(decision === "cancel" && !isUndone ? [`it was cancelled, and is ${state}`] : []),
  ];
}
