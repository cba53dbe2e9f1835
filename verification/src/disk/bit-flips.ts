import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Change, StoredRecord } from "@electrum-vouchers/core/ports";
import { readRecord } from "@electrum-vouchers/runtime/engine";
import Database from "better-sqlite3";
import { isCommitted, isJournalGenuine, type CommitHistory, PAGE, readTransaction } from "./commit-history.ts";
import { closeOrThrow, tryCommit, tryOpen, writeDatabase } from "./outbox.ts";
import { prefixFailures, type DiskCheckResult } from "./disk-check-result.ts";
import { removeDerivedFiles } from "./temporary-folder.ts";
import { ALL_DUE_AT, LEASED_UNTIL } from "./workload.ts";

const PAGE_BYTES = 4_096;

/** A bit of a file. */
interface BitPosition {
  readonly offset: number;
  readonly bit: number;
}

/** Chooses where a file is damaged, one place at a time. */
export type BitSelector = (intact: Buffer, path: string) => readonly BitPosition[];

/**
 * One bit of the file has changed on the disk, unnoticed. The till reads everything, goes on as far as it can, and reads
 * everything again.
 */
export async function checkBitFlips(
  path: string,
  history: CommitHistory,
  selectBits: BitSelector,
): Promise<DiskCheckResult> {
  const [before, after] = [history.slice(0, (history.length * 3) / 4), history.slice((history.length * 3) / 4)];
  await writeDatabase(path, before);
  const intact = readFileSync(path);
  const positions = selectBits(intact, path);
  const failures: string[] = [];
  for (const { offset, bit } of positions) {
    const damaged = Buffer.from(intact);
    damaged[offset] = (damaged[offset] ?? 0) ^ (1 << bit);
    const place = `bit ${bit} of byte ${offset % PAGE_BYTES} of page ${Math.floor(offset / PAGE_BYTES) + 1}`;
    failures.push(...prefixFailures(place, await checkDamaged(path, damaged, before, after)));
  }
  return { points: positions.length, failures };
}

/** So many bits in every page: some in its header, and others spread over it, at different places in each page. */
export const selectInEveryPage =
  (count: number): BitSelector =>
  (intact) =>
    Array.from({ length: intact.length / PAGE_BYTES }, (_, page) =>
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

/** The lowest bit of every byte that is not 0 in the first page of an index. A flip there may lead from one row to another. */
export const selectInIndex =
  (index: string): BitSelector =>
  (intact, path) => {
    const begin = (rootOf(path, index) - 1) * PAGE_BYTES;
    return Array.from({ length: PAGE_BYTES }, (_, byte) => begin + byte).flatMap((offset) =>
      intact[offset] === 0 ? [] : [{ offset, bit: 0 }],
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

async function checkDamaged(
  path: string,
  damaged: Buffer,
  before: CommitHistory,
  after: CommitHistory,
): Promise<readonly string[]> {
  rmSync(`${path}-wal`, { force: true });
  removeDerivedFiles(path);
  writeFileSync(path, damaged);
  const outbox = tryOpen(path);
  if (outbox.isErr()) return [];
  const found = await findCorruption(outbox.value, before);
  const committed = [...before, ...(await commitReadable(outbox.value, before, after))];
  found.push(...prefixFailures("after more commits", await findCorruption(outbox.value, committed)));
  await closeOrThrow(outbox.value);
  return found;
}

/** Commits what can be committed. A transaction that cannot be read is not changed. */
async function commitReadable(
  outbox: SqliteOutbox,
  before: CommitHistory,
  after: CommitHistory,
): Promise<CommitHistory> {
  const committed: Change[] = [];
  for (const change of after) {
    const result = await readTransaction(outbox, change.id, [...before, ...committed]);
    if (!("version" in result) || result.version !== change.expectedVersion) continue;
    if ((await tryCommit(outbox, change)) === undefined) committed.push(change);
  }
  return committed;
}

/** What is worse than an error: what was never committed, and what is lost unnoticed. */
async function findCorruption(outbox: SqliteOutbox, history: CommitHistory): Promise<string[]> {
  const found: string[] = [];
  const lost: string[] = [];
  for (const id of new Set(history.map((change) => change.id))) {
    const result = await readTransaction(outbox, id, history);
    const versions = history.filter((change) => change.id === id).length;
    if ("isFabricated" in result) found.push(`${id} is made up`);
    if ("version" in result && result.version !== versions) lost.push(`${id} is lost without a word`);
    // Nothing in the protocol reads a journal. The operator does, after a check of the file.
    if (!(await isJournalGenuine(outbox, id, history))) lost.push(`the journal of ${id} is another's`);
  }
  const check = await outbox.check();
  const isDetected = check.isErr() || check.value.length > 0;
  const others = [...(await listRecords(outbox)), ...(await claimRecords(outbox))].filter(
    (record) => !isGenuine(record, history),
  );
  return [...found, ...(isDetected ? [] : lost), ...others.map(({ id }) => `${id} is fabricated in a list or a claim`)];
}

const listRecords = (outbox: SqliteOutbox): Promise<readonly StoredRecord[]> =>
  outbox.list({ limit: PAGE }).match(
    ({ records }) => records,
    () => [],
  );

const claimRecords = (outbox: SqliteOutbox): Promise<readonly StoredRecord[]> =>
  outbox
    .claim({
      worker: "till",
      work: ["advice", "timer", "replyDeadline"],
      now: ALL_DUE_AT,
      until: LEASED_UNTIL,
      limit: PAGE,
    })
    .match(
      ({ records }) => records,
      () => [],
    );

/** It cannot be read, or it was committed. */
const isGenuine = (stored: StoredRecord, history: CommitHistory): boolean =>
  readRecord(stored).isErr() || isCommitted(stored, history);
