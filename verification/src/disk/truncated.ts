import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyDatabase } from "./folder.ts";
import { differences, type Ledger, PAGE } from "./ledger.ts";
import { closed, commitTogether, openFile, opened } from "./outbox.ts";
import type { Outcome } from "./outcome.ts";

/** The write-ahead log: a header, then a frame for each page that was written. */
const HEADER_BYTES = 32;
const FRAME_BYTES = 24 + 4_096;

/**
 * The log ends too early: after every number of whole frames, and in the midst of each. Whatever it still holds must be what
 * was there after some commit, the later the more of it is left, and all of it once the log is whole. `together`: how many commits
 * share a transaction, of which all survive or none.
 */
export async function truncatedLog(folder: string, ledger: Ledger, together: number): Promise<Outcome> {
  const written = join(folder, "written.db");
  const outbox = opened(written);
  for (let from = 0; from < ledger.length; from += together)
    await commitTogether(outbox, ledger.slice(from, from + together));
  const whole = join(folder, "whole.db");
  copyDatabase(written, whole);
  await closed(outbox);
  const log = readFileSync(`${whole}-wal`);
  const lengths = cutsOf(log.length);
  const path = join(folder, "cut.db");
  const failures: string[] = [];
  let atLeast = 0;
  for (const length of lengths) {
    copyDatabase(whole, path);
    writeFileSync(`${path}-wal`, log.subarray(0, length));
    const survivors = await commitsIn(path, ledger, atLeast);
    if (survivors === undefined) failures.push(`${length} of ${log.length} bytes: it holds what was never there`);
    else if (survivors % together > 0 && survivors < ledger.length)
      failures.push(
        `${length} of ${log.length} bytes: it holds ${survivors} commits, a part of those of one transaction`,
      );
    atLeast = survivors ?? atLeast;
  }
  if (atLeast !== ledger.length) failures.push(`the whole log holds ${atLeast} of ${ledger.length} commits`);
  return { points: lengths.length, failures };
}

/** After each frame, one byte less and one more, and in the middle of each. */
function cutsOf(length: number): readonly number[] {
  const frames = Math.floor((length - HEADER_BYTES) / FRAME_BYTES);
  const ends = Array.from({ length: frames + 1 }, (_, index) => HEADER_BYTES + index * FRAME_BYTES);
  const cuts = ends.flatMap((end) => [end - 1, end, end + 1, end + FRAME_BYTES / 2]);
  return [0, 1, ...cuts].filter((cut) => cut <= length);
}

/** After how many commits, not fewer than `atLeast`, the file was as it is now; nothing where it never was. */
async function commitsIn(path: string, ledger: Ledger, atLeast: number): Promise<number | undefined> {
  const outbox = openFile(path);
  if (outbox.isErr()) return undefined;
  const listed = await outbox.value.list({ limit: PAGE });
  const commits = listed.match(
    ({ records }) => records.reduce((sum, { version }) => sum + version, 0),
    () => 0,
  );
  const found = await differences(outbox.value, ledger.slice(0, commits));
  await closed(outbox.value);
  return found.length === 0 && commits >= atLeast ? commits : undefined;
}
