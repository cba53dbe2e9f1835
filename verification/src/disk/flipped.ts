import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Change, StoredRecord } from "@electrum-vouchers/core/ports";
import { readRecord } from "@electrum-vouchers/runtime/drive";
import Database from "better-sqlite3";
import { isCommitted, isJournalTrue, type Ledger, PAGE, read } from "./ledger.ts";
import { closed, committing, openFile, writeFile } from "./outbox.ts";
import { at, type Outcome } from "./outcome.ts";
import { ALL_DUE_AT, HELD_UNTIL } from "./workload.ts";

const PAGE_BYTES = 4_096;

/** A bit of a file. */
interface Place {
  readonly offset: number;
  readonly bit: number;
}

/** Chooses where a file is damaged, one place at a time. */
export type Places = (sound: Buffer, path: string) => readonly Place[];

/**
 * A bit of the file has changed on the disk, with nobody the wiser. The till reads everything, goes on as far as it can, and
 * reads everything again.
 */
export async function flippedBits(path: string, ledger: Ledger, places: Places): Promise<Outcome> {
  const [before, after] = [ledger.slice(0, (ledger.length * 3) / 4), ledger.slice((ledger.length * 3) / 4)];
  await writeFile(path, before);
  const sound = readFileSync(path);
  const chosen = places(sound, path);
  const failures: string[] = [];
  for (const { offset, bit } of chosen) {
    const damaged = Buffer.from(sound);
    damaged[offset] = (damaged[offset] ?? 0) ^ (1 << bit);
    const place = `bit ${bit} of byte ${offset % PAGE_BYTES} of page ${Math.floor(offset / PAGE_BYTES) + 1}`;
    failures.push(...at(place, await damageFaults(path, damaged, before, after)));
  }
  return { points: chosen.length, failures };
}

/** So many in every page: some of its first bytes, where its shape is told, and others all over it, elsewhere in each. */
export const inEveryPage =
  (count: number): Places =>
  (sound) =>
    Array.from({ length: sound.length / PAGE_BYTES }, (_, page) =>
      bytesIn(page, count).map((byte, index) => ({ offset: page * PAGE_BYTES + byte, bit: (page + index) % 8 })),
    ).flat();

function bytesIn(page: number, count: number): readonly number[] {
  const headers = [0, 3, 5, 8, 9, 12].slice(0, Math.ceil(count / 3));
  const step = Math.floor(PAGE_BYTES / (count - headers.length + 1));
  const others = Array.from(
    { length: count - headers.length },
    (_, index) => (index + 1) * step - ((page * 37) % step),
  );
  return [...headers, ...others];
}

/** The lowest bit of every byte that says anything in the first page of an index: there it may lead from one row to the next. */
export const inIndex =
  (index: string): Places =>
  (sound, path) => {
    const begin = (rootOf(path, index) - 1) * PAGE_BYTES;
    return Array.from({ length: PAGE_BYTES }, (_, byte) => begin + byte).flatMap((offset) =>
      sound[offset] === 0 ? [] : [{ offset, bit: 0 }],
    );
  };

function rootOf(path: string, index: string): number {
  const database = new Database(path, { readonly: true });
  const root = database
    .prepare<[string], number>("SELECT rootpage FROM sqlite_schema WHERE name = ?")
    .pluck()
    .get(index);
  database.close();
  if (root === undefined) throw new Error(`there is no index ${index}`);
  return root;
}

async function damageFaults(path: string, damaged: Buffer, before: Ledger, after: Ledger): Promise<readonly string[]> {
  for (const beside of ["-wal", "-shm"]) rmSync(path + beside, { force: true });
  writeFileSync(path, damaged);
  const outbox = openFile(path);
  if (outbox.isErr()) return [];
  const found = await wrongIn(outbox.value, before);
  const committed = [...before, ...(await goOn(outbox.value, before, after))];
  found.push(...at("after more commits", await wrongIn(outbox.value, committed)));
  await closed(outbox.value);
  return found;
}

/** Commits what can be committed; nobody changes what cannot be read. */
async function goOn(outbox: SqliteOutbox, before: Ledger, after: Ledger): Promise<Ledger> {
  const committed: Change[] = [];
  for (const change of after) {
    const reading = await read(outbox, change.id, [...before, ...committed]);
    if (!("version" in reading) || reading.version !== change.expectedVersion) continue;
    if ((await committing(outbox, change)) === undefined) committed.push(change);
  }
  return committed;
}

/** What is worse than an error: what was never committed, and what is lost without a word. */
async function wrongIn(outbox: SqliteOutbox, ledger: Ledger): Promise<string[]> {
  const found: string[] = [];
  const lost: string[] = [];
  for (const id of new Set(ledger.map((change) => change.id))) {
    const reading = await read(outbox, id, ledger);
    const versions = ledger.filter((change) => change.id === id).length;
    if ("isMadeUp" in reading) found.push(`${id} is made up`);
    if ("version" in reading && reading.version !== versions) lost.push(`${id} is lost without a word`);
    // For people, who check the file first: nothing in the protocol reads a journal.
    if (!(await isJournalTrue(outbox, id, ledger))) lost.push(`the journal of ${id} is another's`);
  }
  const check = await outbox.check();
  const isNoticed = check.isErr() || check.value.length > 0;
  const others = [...(await listed(outbox)), ...(await claimed(outbox))].filter((record) => !isTrue(record, ledger));
  return [
    ...found,
    ...(isNoticed ? [] : lost),
    ...others.map(({ id }) => `${id} is made up where it is listed or claimed`),
  ];
}

const listed = (outbox: SqliteOutbox): Promise<readonly StoredRecord[]> =>
  outbox.list({ limit: PAGE }).match(
    ({ records }) => records,
    () => [],
  );

const claimed = (outbox: SqliteOutbox): Promise<readonly StoredRecord[]> =>
  outbox
    .claim({
      worker: "till",
      work: ["advice", "timer", "replyDeadline"],
      now: ALL_DUE_AT,
      until: HELD_UNTIL,
      limit: PAGE,
    })
    .match(
      ({ records }) => records,
      () => [],
    );

/** It cannot be read, or it was committed. */
const isTrue = (stored: StoredRecord, ledger: Ledger): boolean =>
  readRecord(stored).isErr() || isCommitted(stored, ledger);
