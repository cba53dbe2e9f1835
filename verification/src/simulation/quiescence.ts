import { decodeEntry, encode, replay, type Transaction } from "@electrum-vouchers/core";
import { computeBalance, transactionsWithId, type World } from "@electrum-vouchers/simulator";
import { Result } from "neverthrow";
import { findDisagreements } from "./agreement.ts";
import type { TransactionHistory } from "./transaction-history.ts";
import type { SharedOutbox } from "./shared-outbox.ts";
import type { Oracle } from "./oracle.ts";

/** What must hold once everything is at rest: the watch is told of whatever does not. */
export async function checkAtQuiescence(sharedOutbox: SharedOutbox, world: World, oracle: Oracle): Promise<void> {
  for (const transaction of sharedOutbox.transactions()) {
    const { id } = transaction;
    const history = oracle.histories.getOrCreate(id);
    const violations = [
      ...findDisagreements(transaction, world).map((description) => `till and switch agree (${description})`),
      ...(await checkJournal(sharedOutbox, transaction)),
      ...checkReturned(transaction, history),
      ...checkHandedOver(transaction, history, world),
      ...checkWaiting(transaction),
    ];
    for (const invariant of violations) oracle.reportViolation(invariant, id);
  }
  for (const discrepancy of computeBalance(world).discrepancies)
    oracle.reportViolation(`the switch's books balance (${discrepancy})`);
  if (leaksSecrets(oracle)) oracle.reportViolation("no secret in any event");
}

async function checkJournal(sharedOutbox: SharedOutbox, transaction: Transaction): Promise<readonly string[]> {
  const journal = (await sharedOutbox.journal(transaction.id))._unsafeUnwrap();
  const entries = Result.combine(journal.map(decodeEntry))._unsafeUnwrap();
  const replayed = replay(entries).map((again) => encode(again) === encode(transaction));
  return replayed.unwrapOr(false) ? [] : ["the journal replays to the stored state"];
}

/** A till's answer is durable: what it said was stored, and what it accepted holds. */
function checkReturned(
  transaction: Transaction,
  { returnedStates, states, decision }: TransactionHistory,
): readonly string[] {
  const lost = [...returnedStates].filter((state) => !states.includes(state));
  const end = finalStateOf(transaction);
  const holds = decision === undefined || allowedStates[decision].includes(end);
  return [
    ...lost.map((state) => `what a caller was told is stored (${state})`),
    ...(holds ? [] : [`what a caller was granted holds (decided: ${decision}, and is ${end})`]),
  ];
}

const allowedStates: Readonly<Record<"confirm" | "cancel", readonly string[]>> = {
  confirm: ["confirmed"],
  cancel: ["reversed", "declined", "abandoned"],
};

/** The state in the end; what a person has settled outside the protocol is as they say. */
const finalStateOf = (transaction: Transaction): string =>
  transaction.state === "resolved" ? transaction.resolution.resolution : transaction.state;

/** A policy with a decision deadline leaves no approval undecided. */
const checkWaiting = ({ state, start }: Transaction): readonly string[] =>
  (state === "issued" || state === "redeemed") && start.policy.decisionDeadlineMs !== undefined
    ? [`nothing waits for ever once faults stop (${state})`]
    : [];

/** Who has a voucher in hand holds one that is live, and the one that the switch issued. */
function checkHandedOver(
  transaction: Transaction,
  { voucherCode }: TransactionHistory,
  world: World,
): readonly string[] {
  if (voucherCode === undefined) return [];
  const { id } = transaction;
  const state = finalStateOf(transaction);
  const issued = transactionsWithId(world, id).find(({ kind }) => kind === "provision")?.voucherCode;
  return [
    ...(state === "confirmed" || state === "completed"
      ? []
      : [`a voucher is handed over only if it is confirmed or completed in the end (${state})`]),
    ...(issued === voucherCode ? [] : ["the voucher that is handed over is the one that was issued"]),
  ];
}

/** Whether the code of any voucher that was handed over is in what observers were told. */
function leaksSecrets({ histories, events }: Oracle): boolean {
  const told = events.join("\n");
  return [...histories.values()].some(({ voucherCode }) => voucherCode !== undefined && told.includes(voucherCode));
}
