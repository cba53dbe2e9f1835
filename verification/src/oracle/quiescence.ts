import { decode, decodeEntry, encode, replay, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { OutboxInspection } from "@electrum-vouchers/core/ports";
import { computeBalance, transactionsWithId, type World } from "@electrum-vouchers/simulator";
import { Result } from "neverthrow";
import { findDisagreements } from "./agreement.ts";
import { dueWorkIn, END_OF_TIME } from "../harness/watch-outbox.ts";
import { describeViolation } from "./invariants.ts";
import type { Oracle } from "./oracle.ts";
import { finalStateOf, isFulfilled, isOverdue } from "./promises.ts";
import { fingerprintOf, type TransactionHistory } from "./transaction-history.ts";

/** What must hold once nothing is under way any more. The oracle is told of what does not. Gives what is stored. */
export async function checkAtQuiescence(
  outbox: OutboxInspection,
  world: World,
  oracle: Oracle,
): Promise<readonly Transaction[]> {
  const transactions = await loadTransactions(outbox);
  for (const violation of await checkStore(outbox, world, transactions)) oracle.reportViolation(violation);
  const storedIds = new Set(transactions.map(({ id }) => id));
  for (const [id, { toldStates }] of oracle.histories) {
    if (toldStates.size > 0 && !storedIds.has(id))
      oracle.reportViolation(describeViolation("toldIsStored", "there is nothing"), id);
  }
  for (const transaction of transactions) {
    const history = oracle.histories.getOrCreate(transaction.id);
    const violations = [
      ...findDisagreements(transaction, world)
        .filter(({ isFinalAtProvider }) => !isFinalAtProvider)
        .map(({ description }) => describeViolation("agreement", description)),
      ...checkOneAdvice(transaction, world),
      ...(await checkJournal(outbox, transaction, history)),
      ...checkDecision(transaction, history),
      ...checkHandedOver(transaction, history, world),
      ...checkMark(transaction, history, oracle),
    ];
    for (const violation of violations) oracle.reportViolation(violation, transaction.id);
  }
  if (leaksSecrets(oracle, transactions, world)) oracle.reportViolation(describeViolation("noSecretInEvents"));
  return transactions;
}

/** How many transactions are read at once. */
const PAGE_SIZE = 500;

/** Every transaction as it is stored, oldest first. */
export async function loadTransactions(outbox: OutboxInspection): Promise<readonly Transaction[]> {
  const stored: Transaction[] = [];
  let after: string | undefined;
  do {
    const query = { limit: PAGE_SIZE, ...(after === undefined ? {} : { after }) };
    const page = (await outbox.list(query))._unsafeUnwrap();
    stored.push(...page.records.map(({ record }) => decode(record)._unsafeUnwrap()));
    after = page.next;
  } while (after !== undefined);
  return stored;
}

/** The outbox is sound, nothing waits in it, no approval is left undecided, and the switch's books balance. */
async function checkStore(
  outbox: OutboxInspection,
  world: World,
  transactions: readonly Transaction[],
): Promise<readonly string[]> {
  const faults = await outbox.check();
  const summary = await outbox.summary(END_OF_TIME);
  const waiting = dueWorkIn(summary._unsafeUnwrap());
  const undecided = transactions
    .filter((stored) => isUndecided(stored.state) && !isOverdue(stored))
    .filter(({ start }) => start.policy.decisionDeadlineMs !== undefined)
    .map(({ id, state }) => `${id} is ${state}`);
  return [
    ...faults._unsafeUnwrap().map((fault) => describeViolation("soundOutbox", fault)),
    ...[...waiting, ...undecided].map((work) => describeViolation("terminates", work)),
    ...computeBalance(world).discrepancies.map((discrepancy) => describeViolation("balancedBooks", discrepancy)),
  ];
}

const isUndecided = (state: Transaction["state"]): boolean =>
  state === "issued" || state === "redeemed" || state === "refunded";

/** Electrum was never told both that the transaction stands and that it does not. */
const checkOneAdvice = ({ id }: Transaction, world: World): readonly string[] =>
  transactionsWithId(world, id).some((entry) => entry.confirmationId !== undefined && entry.reversalId !== undefined)
    ? [describeViolation("oneAdvice")]
    : [];

/** The journal leads to what is stored, by way of every state that a caller was told of. */
async function checkJournal(
  outbox: OutboxInspection,
  transaction: Transaction,
  { toldStates }: TransactionHistory,
): Promise<readonly string[]> {
  const journal = (await outbox.journal(transaction.id))._unsafeUnwrap();
  const entries = Result.combine(journal.map(decodeEntry))._unsafeUnwrap();
  const replayed = entries.map((_, index) => replay(entries.slice(0, index + 1)).unwrapOr(undefined));
  const last = replayed.at(-1);
  const isReplayed = last !== undefined && encode(last) === encode(transaction);
  const lost = [...toldStates].filter((state) => !replayed.some((each) => each?.state === state));
  return [
    ...(isReplayed ? [] : [describeViolation("journalReplays")]),
    ...lost.map((state) => describeViolation("toldIsStored", state)),
  ];
}

function checkDecision(transaction: Transaction, { decision }: TransactionHistory): readonly string[] {
  if (decision === undefined || isFulfilled(decision, transaction)) return [];
  return [describeViolation("decisionKept", `decided: ${decision}, and is ${finalStateOf(transaction)}`)];
}

/** A customer who was given a voucher has one that is live, and the one that the switch issued. */
function checkHandedOver(
  transaction: Transaction,
  { voucherFingerprint }: TransactionHistory,
  world: World,
): readonly string[] {
  if (voucherFingerprint === undefined) return [];
  const state = finalStateOf(transaction);
  const issued = issuedCodeOf(transaction, world);
  const isIssued = issued !== undefined && fingerprintOf(issued) === voucherFingerprint;
  return [
    ...(state === "confirmed" || state === "completed" ? [] : [describeViolation("handOver", state)]),
    ...(isIssued ? [] : [describeViolation("issuedVoucher")]),
  ];
}

/** What a customer was given is marked as given, or the operator was told that the store has refused the mark. */
const checkMark = (
  { id, handedOver }: Transaction,
  { voucherFingerprint }: TransactionHistory,
  { events }: Oracle,
): readonly string[] =>
  voucherFingerprint === undefined || handedOver !== undefined || events.some((event) => isUnmarkedAlert(event, id))
    ? []
    : [describeViolation("handOverMarked")];

const isUnmarkedAlert = (event: string, id: Uuid): boolean =>
  event.includes('"handOverUnmarked"') && event.includes(id);

const issuedCodeOf = ({ id }: Transaction, world: World): string | undefined =>
  transactionsWithId(world, id).find(({ kind }) => kind === "provision")?.voucherCode;

/** Whether the code of any voucher that was sold is in an event. */
function leaksSecrets({ events }: Oracle, transactions: readonly Transaction[], world: World): boolean {
  const told = events.join("\n");
  return transactions
    .map((transaction) => issuedCodeOf(transaction, world))
    .some((code) => code !== undefined && code !== "" && told.includes(code));
}
