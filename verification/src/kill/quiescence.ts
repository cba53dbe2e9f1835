import { decode, decodeEntry, encode, replay, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { OutboxInspection } from "@electrum-vouchers/core/ports";
import { computeBalance, transactionsWithId, type World } from "@electrum-vouchers/simulator";
import { Result } from "neverthrow";
import { findDisagreements } from "../simulation/agreement.ts";
import type { TransactionHistory } from "./transaction-history.ts";
import { fingerprintOf } from "./process-messages.ts";

/** What was found once everything was at rest. */
export interface QuiescenceResult {
  readonly transactions: number;
  /** What does not hold. */
  readonly violations: readonly string[];
}

const PAGE = 500;

/** Holds what is stored against what the callers were told, and against what Electrum holds. */
export async function checkAtQuiescence(
  outbox: OutboxInspection,
  world: World,
  histories: ReadonlyMap<Uuid, TransactionHistory>,
): Promise<QuiescenceResult> {
  const stored = await loadTransactions(outbox);
  const lost = [...histories.keys()].filter((id) => !stored.has(id));
  const violations = [
    ...(await outbox.check())._unsafeUnwrap().map((description) => `the store is sound (${description})`),
    ...computeBalance(world).discrepancies.map((description) => `the switch's books balance (${description})`),
    ...lost.map((id) => `${id}: what a caller was told of is stored`),
  ];
  for (const transaction of stored.values()) {
    const found = [
      ...findDisagreements(transaction, world).map((description) => `till and switch agree (${description})`),
      ...checkOneAdvice(transaction, world),
      ...(await checkJournal(outbox, transaction, histories.get(transaction.id))),
      ...checkCallerViews(transaction, histories.get(transaction.id), world),
    ];
    violations.push(...found.map((description) => `${transaction.id}: ${description}`));
  }
  return { transactions: stored.size, violations };
}

async function loadTransactions(outbox: OutboxInspection): Promise<ReadonlyMap<Uuid, Transaction>> {
  const stored = new Map<Uuid, Transaction>();
  let after: Uuid | undefined;
  do {
    const page = (await outbox.list({ limit: PAGE, ...(after === undefined ? {} : { after }) }))._unsafeUnwrap();
    for (const { id, record } of page.records) stored.set(id, decode(record)._unsafeUnwrap());
    after = page.next;
  } while (after !== undefined);
  return stored;
}

/** The journal tells the life of the transaction: every state that a caller was told of is in it, the last one is stored. */
async function checkJournal(
  outbox: OutboxInspection,
  transaction: Transaction,
  history: TransactionHistory | undefined,
): Promise<readonly string[]> {
  const journal = (await outbox.journal(transaction.id))._unsafeUnwrap();
  const entries = Result.combine(journal.map(decodeEntry))._unsafeUnwrap();
  const replayed = entries.map((_, index) => replay(entries.slice(0, index + 1)));
  const states = replayed.map((result) => result.map(({ state }): string => state).unwrapOr("broken"));
  const isReplayed =
    replayed
      .at(-1)
      ?.map((end) => encode(end) === encode(transaction))
      .unwrapOr(false) ?? false;
  const unknownStates = [...(history?.returnedStates ?? [])].filter((state) => !states.includes(state));
  return [
    ...(isReplayed ? [] : ["the journal replays to the stored state"]),
    ...unknownStates.map((state) => `what a caller was told was stored (${state})`),
  ];
}

const allowedStates: Readonly<Record<"confirm" | "cancel", readonly string[]>> = {
  confirm: ["confirmed"],
  cancel: ["reversed", "declined", "abandoned"],
};

function checkCallerViews(
  { id, state }: Transaction,
  history: TransactionHistory | undefined,
  world: World,
): readonly string[] {
  const issued = transactionsWithId(world, id).find(({ kind }) => kind === "provision")?.voucherCode;
  const fingerprint = issued === undefined ? undefined : fingerprintOf(issued);
  return [
    ...[...(history?.decisions ?? [])]
      .filter((decision) => !allowedStates[decision].includes(state))
      .map((decision) => `what a caller was granted holds (decided: ${decision}, and is ${state})`),
    ...[...(history?.fingerprints ?? [])].flatMap((handedOver) => [
      ...(state === "confirmed" || state === "completed" ? [] : [`a voucher was handed over that is ${state}`]),
      ...(handedOver === fingerprint ? [] : ["a voucher was handed over that was not issued"]),
    ]),
  ];
}

/** Electrum was never told both that it stands and that it does not. */
const checkOneAdvice = ({ id }: Transaction, world: World): readonly string[] =>
  transactionsWithId(world, id).some((entry) => entry.confirmationId !== undefined && entry.reversalId !== undefined)
    ? ["never a confirmation and a reversal"]
    : [];
