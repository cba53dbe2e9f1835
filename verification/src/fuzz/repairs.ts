import {
  encode,
  encodeEntry,
  type Entry,
  isFinal,
  replay,
  type StoredForRepair,
  toJournalEntry,
} from "@electrum-vouchers/core";
import type { RepairRequest } from "@electrum-vouchers/core/ports";
import type { Random } from "../random.ts";
import { FIXTURE_NOW, type TransactionFixture } from "./fixtures.ts";
import { type SystemUnderTest, type Violations, violationUnless } from "./system-under-test.ts";

/** Damages what is stored of a transaction: each damage is found, and repaired only as far as the journal proves. */
export function checkRepairs(system: SystemUnderTest, random: Random, fixture: TransactionFixture): Violations {
  const stored = toStored(fixture);
  const damaged = { ...stored, record: changeOneCharacter(random, stored.record) };
  const repaired = system.planRepair(damaged, requestOf(stored)).match(
    ({ record, expectedVersion }) => record === stored.record && expectedVersion === stored.version,
    () => false,
  );
  return [
    ...violationUnless(system.findDamage(stored).length === 0, "what is sound is called damaged"),
    ...violationUnless(system.planRepair(stored, requestOf(stored)).isErr(), "what is sound is repaired"),
    ...violationUnless(system.findDamage(damaged).length > 0, "a damaged record is called sound"),
    ...violationUnless(repaired, "a record is not rebuilt, or to another one"),
    ...checkShorterJournal(system, random, fixture, stored),
    ...checkOtherState(system, random, fixture, stored),
  ];
}

/** The last entries of the journal are lost, with every checksum right. */
function checkShorterJournal(
  system: SystemUnderTest,
  random: Random,
  fixture: TransactionFixture,
  stored: StoredForRepair,
): Violations {
  const length = 1 + random.below(fixture.journal.length);
  if (length >= fixture.journal.length) return [];
  const shorter = { ...stored, entries: stored.entries.slice(0, length), version: length };
  const damaged = { ...shorter, record: changeOneCharacter(random, stored.record) };
  const isReopened = system.planRepair(damaged, requestOf(stored)).match(
    ({ final }) => isFinal(fixture.transaction) && !final,
    () => false,
  );
  return [
    ...violationUnless(system.findDamage(shorter).length > 0, "a journal that leads elsewhere is called sound"),
    ...violationUnless(!isReopened, "a transaction that is over is opened again"),
  ];
}

const toStored = ({ transaction, journal }: TransactionFixture): StoredForRepair => ({
  id: transaction.id,
  record: encode(transaction),
  entries: encodeJournal(journal),
  version: journal.length,
  state: transaction.state,
  final: isFinal(transaction),
});

/** A journal as it is stored: each entry with the state that the entries up to it lead to. */
export const encodeJournal = (journal: readonly Entry[]): readonly string[] =>
  journal.map((entry, index) =>
    encodeEntry(toJournalEntry(entry, replay(journal.slice(0, index + 1))._unsafeUnwrap())),
  );

/** An entry says another state than the replay comes to: other rules made it, or somebody else. */
function checkOtherState(
  system: SystemUnderTest,
  random: Random,
  { journal, transaction }: TransactionFixture,
  stored: StoredForRepair,
): Violations {
  const index = random.below(journal.length);
  const entry = journal[index];
  if (entry === undefined) return [];
  const state = transaction.kind === "provision" ? "lookingUp" : "issued";
  const entries = stored.entries.with(index, encodeEntry(toJournalEntry(entry, { state })));
  const damaged = { ...stored, entries, record: changeOneCharacter(random, stored.record) };
  return [
    ...violationUnless(system.findDamage({ ...stored, entries }).length > 0, "a replay misses the states on its way"),
    ...violationUnless(system.planRepair(damaged, requestOf(stored)).isErr(), "a repair misses the states on its way"),
  ];
}

const requestOf = ({ id }: StoredForRepair): RepairRequest => ({
  id,
  by: "Thandi",
  reason: "check() names it",
  at: FIXTURE_NOW,
});

/** Longer than what stands before the content: a version there, and so a newer release, is no damage. */
const HEAD_LENGTH = 60;

function changeOneCharacter(random: Random, record: string): string {
  const position = HEAD_LENGTH + random.below(record.length - HEAD_LENGTH);
  const other = record[position] === "0" ? "1" : "0";
  return `${record.slice(0, position)}${other}${record.slice(position + 1)}`;
}
