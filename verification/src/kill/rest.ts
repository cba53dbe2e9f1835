import { decode, decodeEntry, encode, replay, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { OutboxInspection } from "@electrum-vouchers/core/ports";
import { balance, transactionsWithId, type World } from "@electrum-vouchers/simulator";
import { Result } from "neverthrow";
import { disagreements } from "../simulation/agreement.ts";
import type { Heard } from "./heard.ts";
import { fingerprintOf } from "./words.ts";

/** What was found once everything was at rest. */
export interface Rest {
  readonly transactions: number;
  /** What does not hold. */
  readonly broken: readonly string[];
}

const PAGE = 500;

/** Holds what is stored against what the callers were told, and against what Electrum holds. */
export async function inspectRest(
  outbox: OutboxInspection,
  world: World,
  heard: ReadonlyMap<Uuid, Heard>,
): Promise<Rest> {
  const stored = await allStored(outbox);
  const lost = [...heard.keys()].filter((id) => !stored.has(id));
  const broken = [
    ...(await outbox.check())._unsafeUnwrap().map((what) => `the store is sound (${what})`),
    ...balance(world).discrepancies.map((what) => `the switch's books balance (${what})`),
    ...lost.map((id) => `${id}: what a caller was told of is stored`),
  ];
  for (const transaction of stored.values()) {
    const faults = [
      ...disagreements(transaction, world).map((what) => `till and switch agree (${what})`),
      ...oneAdviceFaults(transaction, world),
      ...(await journalFaults(outbox, transaction, heard.get(transaction.id))),
      ...heardFaults(transaction, heard.get(transaction.id), world),
    ];
    broken.push(...faults.map((what) => `${transaction.id}: ${what}`));
  }
  return { transactions: stored.size, broken };
}

async function allStored(outbox: OutboxInspection): Promise<ReadonlyMap<Uuid, Transaction>> {
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
async function journalFaults(
  outbox: OutboxInspection,
  transaction: Transaction,
  heard: Heard | undefined,
): Promise<readonly string[]> {
  const journal = (await outbox.journal(transaction.id))._unsafeUnwrap();
  const entries = Result.combine(journal.map(decodeEntry))._unsafeUnwrap();
  const lives = entries.map((_, index) => replay(entries.slice(0, index + 1)));
  const states = lives.map((life) => life.map(({ state }): string => state).unwrapOr("broken"));
  const isReplayed =
    lives
      .at(-1)
      ?.map((end) => encode(end) === encode(transaction))
      .unwrapOr(false) ?? false;
  const unheard = [...(heard?.acknowledged ?? [])].filter((state) => !states.includes(state));
  return [
    ...(isReplayed ? [] : ["the journal replays to the stored state"]),
    ...unheard.map((state) => `what a caller was told was stored (${state})`),
  ];
}

const outcomes: Readonly<Record<"stands" | "falls", readonly string[]>> = {
  stands: ["confirmed"],
  falls: ["reversed", "declined", "abandoned"],
};

function heardFaults({ id, state }: Transaction, heard: Heard | undefined, world: World): readonly string[] {
  const issued = transactionsWithId(world, id).find(({ kind }) => kind === "provision")?.voucherCode;
  const fingerprint = issued === undefined ? undefined : fingerprintOf(issued);
  return [
    ...[...(heard?.decisions ?? [])]
      .filter((decision) => !outcomes[decision].includes(state))
      .map((decision) => `what a caller was granted holds (it ${decision}, and is ${state})`),
    ...[...(heard?.fingerprints ?? [])].flatMap((handedOver) => [
      ...(state === "confirmed" || state === "completed" ? [] : [`a voucher was handed over that is ${state}`]),
      ...(handedOver === fingerprint ? [] : ["a voucher was handed over that was not issued"]),
    ]),
  ];
}

/** Electrum was never told both that it stands and that it does not. */
const oneAdviceFaults = ({ id }: Transaction, world: World): readonly string[] =>
  transactionsWithId(world, id).some((entry) => entry.confirmationId !== undefined && entry.reversalId !== undefined)
    ? ["never a confirmation and a reversal"]
    : [];
