// Damage to what is stored of one transaction, and its repair.
//
// Rules
// 1. A record is sound if it can be read and its journal replays to it. What a newer release wrote is not judged, and left alone.
// 2. What is no record of this library at all is its owner's business, unless its journal is ours: then it was a record.
// 3. A record is rebuilt from its journal only if every entry can be read, none is missing, and the replay meets every state that the
//    entries say. Nothing is guessed.
// 4. A transaction that is known to be over keeps its final state: to open it again could send an advice that contradicts what was settled.
// 5. A repair is a commit like any other: a version, which fences the workers that are at the damaged one, and an entry that says who and why.
//
// What it does not know: where the texts are stored, and what else a store finds wrong with itself.

import { err, ok, type Result } from "neverthrow";
import { columnsOf, decodeStored } from "../columns.ts";
import type { MessageFault } from "../fault.ts";
import { operatorSchema } from "../machines/validate-input.ts";
import type { Uuid } from "../messages/uuid.ts";
import { parseInput } from "../parse-input.ts";
import type { Change } from "../ports.ts";
import type { RepairRefused, RepairRequest } from "../repair-port.ts";
import type { StoredTexts } from "../retention-port.ts";
import { isFinal, type Transaction } from "../transaction.ts";
import { type BrokenJournal, type JournalEntry, replay, RULES_VERSION, toJournalEntry } from "./journal.ts";
import { type DamagedRecord, decodeEntry, encode, encodeEntry } from "./record.ts";

/** What is stored of one transaction, under its id. */
export interface IdentifiedTexts extends StoredTexts {
  readonly id: Uuid;
}

/** What a repair asks of the store, beside the texts. */
export interface StoredForRepair extends IdentifiedTexts {
  readonly version: number;
  /** Its columns say that the transaction is over. */
  readonly final: boolean;
  /** The state that its columns say. */
  readonly state: string;
}

/**
 * Whether a record cannot be read though it is this library's, and of no newer release.
 *
 * @param readEntries its journal. It is read only if the record looks like none of ours
 */
export const isDamaged = (
  stored: Pick<IdentifiedTexts, "id" | "record">,
  readEntries: () => readonly string[],
): boolean =>
  decodeStored(stored).match(
    () => false,
    (damage) => damage.type === "damaged" && (damage.fault !== "format" || readEntries().some(isOurs)),
  );

const isOurs = (entry: string): boolean =>
  decodeEntry(entry).match(
    () => true,
    (damage) => damage.type === "damaged" && damage.fault !== "format",
  );

/** What is wrong with a stored transaction, in words, without a secret; empty if it is sound. */
export function findDamage(stored: IdentifiedTexts): readonly string[] {
  const decoded = decodeStored(stored);
  if (decoded.isErr()) return isDamaged(stored, () => stored.entries) ? ["the record is damaged"] : [];
  const entries = stored.entries.map(decodeEntry);
  if (entries.some(isNewer)) return [];
  const damaged = entries.flatMap((entry, index) =>
    entry.isErr() ? [`entry ${index + 1} of the journal is damaged`] : [],
  );
  return damaged.length > 0 ? damaged : compareWithJournal(decoded.value, entries.flatMap(unwrapped));
}

function compareWithJournal(transaction: Transaction, entries: readonly JournalEntry[]): readonly string[] {
  // Under other rules, the same journal may lead elsewhere.
  if (entries.some((entry) => "rules" in entry && entry.rules !== RULES_VERSION)) return [];
  return replay(entries).match(
    (replayed) => (isSame(replayed, transaction) ? [] : ["the journal leads to another record"]),
    ({ index, reason }) => [`the journal cannot be replayed from entry ${index + 1} on: ${nameOf(reason)}`],
  );
}

/** A stricter redactor may have masked each text in another way in the record than a replay does. */
const isSame = (replayed: Transaction, stored: Transaction): boolean =>
  stored.start.redacted === true
    ? replayed.id === stored.id && replayed.state === stored.state
    : encode(replayed) === encode(stored);

const nameOf = (reason: BrokenJournal["reason"]): string => (typeof reason === "string" ? reason : reason.type);

/** The commit that repairs a record, or why it is not repaired. */
export const planRepair = (stored: StoredForRepair, request: RepairRequest): Result<Change, RepairRefused> =>
  parseRequest(request).andThen((repair) =>
    rebuild(stored).map((transaction) => ({
      ...columnsOf(transaction),
      id: stored.id,
      expectedVersion: stored.version,
      record: encode(transaction),
      entry: encodeEntry(toJournalEntry({ type: "repair", repair }, transaction)),
      at: repair.at,
    })),
  );

const parseRequest = ({ id: _, ...repair }: RepairRequest): Result<Omit<RepairRequest, "id">, RepairRefused> =>
  parseInput(operatorSchema, repair).mapErr((faults: readonly MessageFault[]) => ({ type: "invalidRepair", faults }));

function rebuild(stored: StoredForRepair): Result<Transaction, RepairRefused> {
  const decoded = decodeStored(stored);
  const entries = stored.entries.map(decodeEntry);
  if ((decoded.isErr() && decoded.error.type === "newer") || entries.some(isNewer)) return refuse("newer");
  if (findDamage(stored).length === 0) return refuse("sound");
  const damaged = entries.findIndex((entry) => entry.isErr());
  if (damaged !== -1) return refuse("entryDamaged", damaged);
  return rebuildFrom(stored, entries.flatMap(unwrapped), decoded.unwrapOr(undefined));
}

/** `known` is the record, if it can be read. */
function rebuildFrom(
  stored: StoredForRepair,
  entries: readonly JournalEntry[],
  known: Transaction | undefined,
): Result<Transaction, RepairRefused> {
  const versions = entries.filter(({ type }) => type !== "delivery").length;
  if (versions !== stored.version) return refuse("entriesMissing");
  return replay(entries)
    .mapErr(({ index }): RepairRefused => ({ type: "notRepaired", reason: "replayDiffers", index }))
    .andThen((replayed) => {
      if (replayed.id !== stored.id) return refuse("replayDiffers", 0);
      const wasFinal = known === undefined ? stored.final : isFinal(known);
      return wasFinal && replayed.state !== (known ?? stored).state ? refuse("finalStateDiffers") : ok(replayed);
    });
}

const refuse = (
  reason: Extract<RepairRefused, { type: "notRepaired" }>["reason"],
  index?: number,
): Result<never, RepairRefused> => err({ type: "notRepaired", reason, ...(index === undefined ? {} : { index }) });

const isNewer = (entry: Result<JournalEntry, DamagedRecord>): boolean => entry.isErr() && entry.error.type === "newer";

const unwrapped = <Value>(result: Result<Value, unknown>): readonly Value[] =>
  result.match(
    (value) => [value],
    () => [],
  );
