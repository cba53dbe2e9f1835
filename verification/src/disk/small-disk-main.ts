// `small-disk-main.ts FOLDER TRANSACTIONS`, in a mount namespace of its own: mounts a small disk there, fills it with ballast
// except for 0, 1, 2… pages, and uses an outbox on it. Then it has retention make room on larger disks that are full. Prints "mounted", then how many times the disk was full, then each failure.

import { execFileSync } from "node:child_process";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { copyDatabase } from "./temporary-folder.ts";
import { findDifferences, type CommitHistory } from "./commit-history.ts";
import { closeOrThrow, commitAll, tryCommit, findDifferencesInFile, tryOpen, openOrThrow } from "./outbox.ts";
import { prefixFailures } from "./disk-check-result.ts";
import { checkRoomOnFullDisk } from "./room-on-full-disk.ts";
import { createCommitHistory } from "./workload.ts";

const [folder = "", transactions = "0"] = process.argv.slice(2);
execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "none", folder]);
console.log("mounted");

const path = join(folder, "till.db");
const ballast = join(folder, "ballast");
const history = createCommitHistory(Number(transactions));
const failures: string[] = [];
let points = 0;

for (let pages = 0, wasFull = true; wasFull; pages += 1) {
  copyDatabase(join(folder, "nothing"), path);
  wasFull = await fillWhileCommitting(pages);
}
for (let pages = 0, wasFull = true; wasFull; pages += 1) {
  copyDatabase(join(folder, "nothing"), path);
  wasFull = await fillBeforeOpening(pages);
}
const room = await checkRoomOnFullDisk(folder);
console.log(points + room.points);
for (const failure of [...failures, ...room.failures]) console.log(failure.replaceAll("\n", " "));

/** The disk fills up under an open outbox, then there is room again. Gives whether it was full at all. */
async function fillWhileCommitting(pages: number): Promise<boolean> {
  const outbox = openOrThrow(path);
  const [before, after] = [history.slice(0, history.length / 3), history.slice(history.length / 3)];
  await commitAll(outbox, before);
  fillExcept(pages);
  const taken = await commitUntilFull(outbox, after);
  rmSync(ballast);
  const remaining = after.slice(taken);
  // A commit that ended as `uncertain` may have been written: then it is there already.
  for (const change of remaining) {
    const error = await tryCommit(outbox, change);
    if (error !== undefined && error.type !== "conflict")
      failures.push(`${pages} pages: then there is room, and a commit is ${error.type}`);
  }
  await closeOrThrow(outbox);
  failures.push(...prefixFailures(`${pages} pages, then room`, await findDifferencesInFile(path, history)));
  return remaining.length > 0;
}

/** How many commits succeeded before the first that did not. */
async function commitUntilFull(outbox: SqliteOutbox, changes: CommitHistory): Promise<number> {
  const before = history.length - changes.length;
  for (const [index, change] of changes.entries()) {
    const error = await tryCommit(outbox, change);
    if (error === undefined) continue;
    points += 1;
    const isClear = error.type === "uncertain" || (error.type === "unavailable" && error.reason === "full");
    if (!isClear) failures.push(`a full disk is called ${error.type}`);
    if (error.type !== "uncertain")
      failures.push(
        ...prefixFailures("on a full disk", await findDifferences(outbox, history.slice(0, before + index))),
      );
    return index;
  }
  return changes.length;
}

/** The disk is full when the outbox is opened, then there is room. Gives whether it did not open, or took no commit. */
async function fillBeforeOpening(pages: number): Promise<boolean> {
  fillExcept(pages);
  const outbox = tryOpen(path);
  const [first] = history;
  const error = outbox.isOk() && first !== undefined ? await tryCommit(outbox.value, first) : undefined;
  rmSync(ballast);
  const isFull = outbox.isErr() || error !== undefined;
  if (isFull) points += 1;
  if (outbox.isErr() && outbox.error.type !== "full") failures.push(`a full disk is called ${outbox.error.type}`);
  if (outbox.isOk()) await closeOrThrow(outbox.value);
  const committed = isFull || first === undefined ? [] : [first];
  failures.push(...prefixFailures(`${pages} pages when it is opened`, await findDifferencesInFile(path, committed)));
  return isFull;
}

/** Fills the disk except for so many pages. */
function fillExcept(pages: number): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(ballast, Buffer.alloc((bavail - pages) * bsize, 1));
}
