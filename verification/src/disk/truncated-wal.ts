import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyDatabase, copyOpenDatabase } from "./temporary-folder.ts";
import { findDifferences, type CommitHistory, PAGE } from "./commit-history.ts";
import { closeOrThrow, commitTogether, tryOpen, openOrThrow } from "./outbox.ts";
import type { DiskCheckResult } from "./disk-check-result.ts";

/** The WAL (write-ahead log) is a header, then a frame for each page that was written. */
const HEADER_BYTES = 32;
const FRAME_BYTES = 24 + 4_096;

/**
 * The WAL ends too early: after every number of whole frames, and within each frame. What the file then holds must be what it
 * held after some commit: after a later one the more of the WAL is left, and after the last one if the WAL is whole. `groupSize`:
 * how many commits share a transaction, so that all of them survive or none.
 */
export async function checkTruncatedWal(
  folder: string,
  history: CommitHistory,
  groupSize: number,
): Promise<DiskCheckResult> {
  const written = join(folder, "written.db");
  const outbox = openOrThrow(written);
  for (let from = 0; from < history.length; from += groupSize)
    await commitTogether(outbox, history.slice(from, from + groupSize));
  const whole = join(folder, "whole.db");
  copyOpenDatabase(written, whole);
  await closeOrThrow(outbox);
  const wal = readFileSync(`${whole}-wal`);
  const lengths = cutLengths(wal.length);
  const path = join(folder, "cut.db");
  const failures: string[] = [];
  let atLeast = 0;
  for (const length of lengths) {
    copyDatabase(whole, path);
    writeFileSync(`${path}-wal`, wal.subarray(0, length));
    const survivors = await countCommits(path, history, atLeast);
    if (survivors === undefined) failures.push(`${length} of ${wal.length} bytes: it holds what was never there`);
    else if (survivors % groupSize > 0 && survivors < history.length)
      failures.push(
        `${length} of ${wal.length} bytes: it holds ${survivors} commits, a part of those of one transaction`,
      );
    atLeast = survivors ?? atLeast;
  }
  if (atLeast !== history.length) failures.push(`the whole log holds ${atLeast} of ${history.length} commits`);
  return { points: lengths.length, failures };
}

/** After each frame, one byte before and after that, and in the middle of each frame. */
function cutLengths(length: number): readonly number[] {
  const frames = Math.floor((length - HEADER_BYTES) / FRAME_BYTES);
  const ends = Array.from({ length: frames + 1 }, (_, index) => HEADER_BYTES + index * FRAME_BYTES);
  const cuts = ends.flatMap((end) => [end - 1, end, end + 1, end + FRAME_BYTES / 2]);
  return [0, 1, ...cuts].filter((cut) => cut <= length);
}

/** The number of commits, at least `atLeast`, after which the file was as it is now. Nothing if it never was. */
async function countCommits(path: string, history: CommitHistory, atLeast: number): Promise<number | undefined> {
  const outbox = tryOpen(path);
  if (outbox.isErr()) return undefined;
  const listed = await outbox.value.list({ limit: PAGE });
  const commits = listed.match(
    ({ records }) => records.reduce((sum, { version }) => sum + version, 0),
    () => 0,
  );
  const found = await findDifferences(outbox.value, history.slice(0, commits));
  await closeOrThrow(outbox.value);
  return found.length === 0 && commits >= atLeast ? commits : undefined;
}
