import { decodeEntry, encode, replay, type Transaction } from "@electrum-vouchers/core";
import { balance, transactionsWithId, type World } from "@electrum-vouchers/simulator";
import { Result } from "neverthrow";
import { disagreements } from "./agreement.ts";
import type { Dossier } from "./dossier.ts";
import type { Store } from "./store.ts";
import type { Watch } from "./watch.ts";

/** What must hold once everything is at rest: the watch is told of whatever does not. */
export async function checkRest(store: Store, world: World, watch: Watch): Promise<void> {
  for (const transaction of store.all()) {
    const { id } = transaction;
    const dossier = watch.dossiers.of(id);
    const broken = [
      ...disagreements(transaction, world).map((what) => `till and switch agree (${what})`),
      ...(await journalFaults(store, transaction)),
      ...acknowledgedFaults(transaction, dossier),
      ...handedOverFaults(transaction, dossier, world),
      ...waitingFaults(transaction),
    ];
    for (const invariant of broken) watch.broken(invariant, id);
  }
  for (const discrepancy of balance(world).discrepancies) watch.broken(`the switch's books balance (${discrepancy})`);
  if (tellsSecrets(watch)) watch.broken("no secret in any event");
}

async function journalFaults(store: Store, transaction: Transaction): Promise<readonly string[]> {
  const journal = (await store.journal(transaction.id))._unsafeUnwrap();
  const entries = Result.combine(journal.map(decodeEntry))._unsafeUnwrap();
  const replayed = replay(entries).map((again) => encode(again) === encode(transaction));
  return replayed.unwrapOr(false) ? [] : ["the journal replays to the stored state"];
}

/** A till's answer is durable: what it said was stored, and what it accepted holds. */
function acknowledgedFaults(transaction: Transaction, { acknowledged, states, decision }: Dossier): readonly string[] {
  const lost = [...acknowledged].filter((state) => !states.includes(state));
  const end = endOf(transaction);
  const holds = decision === undefined || outcomes[decision].includes(end);
  return [
    ...lost.map((state) => `what a caller was told is stored (${state})`),
    ...(holds ? [] : [`what a caller was granted holds (it ${decision}, and is ${end})`]),
  ];
}

const outcomes: Readonly<Record<"stands" | "falls", readonly string[]>> = {
  stands: ["confirmed"],
  falls: ["reversed", "declined", "abandoned"],
};

/** The state in the end; what a person has settled outside the protocol is as they say. */
const endOf = (transaction: Transaction): string =>
  transaction.state === "resolved" ? transaction.resolution.as : transaction.state;

/** A policy with a decision deadline leaves no approval undecided. */
const waitingFaults = ({ state, start }: Transaction): readonly string[] =>
  (state === "issued" || state === "redeemed") && start.policy.decisionDeadlineMs !== undefined
    ? [`nothing waits for ever once faults stop (${state})`]
    : [];

/** Who has a voucher in hand holds one that is live, and the one that the switch issued. */
function handedOverFaults(transaction: Transaction, { code }: Dossier, world: World): readonly string[] {
  if (code === undefined) return [];
  const { id } = transaction;
  const state = endOf(transaction);
  const issued = transactionsWithId(world, id).find(({ kind }) => kind === "provision")?.voucherCode;
  return [
    ...(state === "confirmed" || state === "completed"
      ? []
      : [`a voucher is handed over only if it is confirmed or completed in the end (${state})`]),
    ...(issued === code ? [] : ["the voucher that is handed over is the one that was issued"]),
  ];
}

/** Whether the code of any voucher that was handed over is in what observers were told. */
function tellsSecrets({ dossiers, events }: Watch): boolean {
  const told = events.join("\n");
  return [...dossiers.values()].some(({ code }) => code !== undefined && told.includes(code));
}
