// `small-disk-main.ts FOLDER TRANSACTIONS`, in a mount namespace of its own: mounts a small disk there, fills it up with ballast
// but for 0, 1, 2… pages, and sees what an outbox makes of it. Says "mounted", then how many times it was full, then each failure.

import { execFileSync } from "node:child_process";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { copyDatabase } from "./folder.ts";
import { differences, type Ledger } from "./ledger.ts";
import { closed, commitAll, committing, differencesInFile, openFile, opened } from "./outbox.ts";
import { at } from "./outcome.ts";
import { workload } from "./workload.ts";

const [folder = "", transactions = "0"] = process.argv.slice(2);
execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "none", folder]);
console.log("mounted");

const path = join(folder, "till.db");
const ballast = join(folder, "ballast");
const ledger = workload(Number(transactions));
const failures: string[] = [];
let points = 0;

for (let pages = 0, wasFull = true; wasFull; pages += 1) {
  copyDatabase(join(folder, "nothing"), path);
  wasFull = await fillWhileCommitting(pages);
}
for (let pages = 0, wasFull = true; wasFull; pages += 1) {
  copyDatabase(join(folder, "nothing"), path);
  wasFull = await fillBeforeOpening(pages, []);
}
console.log(points);
for (const failure of failures) console.log(failure.replaceAll("\n", " "));

/** The disk fills up under an open outbox; then there is room again. Whether it was full at all. */
async function fillWhileCommitting(pages: number): Promise<boolean> {
  const outbox = opened(path);
  const [before, after] = [ledger.slice(0, ledger.length / 3), ledger.slice(ledger.length / 3)];
  await commitAll(outbox, before);
  leave(pages);
  const taken = await commitUntilFull(outbox, after);
  rmSync(ballast);
  const left = after.slice(taken);
  // What came with an error may have been written all the same, where it said so: then it is there already.
  for (const change of left) {
    const error = await committing(outbox, change);
    if (error !== undefined && error.type !== "conflict")
      failures.push(`${pages} pages: then there is room, and a commit is ${error.type}`);
  }
  await closed(outbox);
  failures.push(...at(`${pages} pages, then room`, await differencesInFile(path, ledger)));
  return left.length > 0;
}

/** How many were taken before the first that was not. */
async function commitUntilFull(outbox: SqliteOutbox, changes: Ledger): Promise<number> {
  const before = ledger.length - changes.length;
  for (const [index, change] of changes.entries()) {
    const error = await committing(outbox, change);
    if (error === undefined) continue;
    points += 1;
    const isClear = error.type === "uncertain" || (error.type === "unavailable" && error.reason === "full");
    if (!isClear) failures.push(`a full disk is called ${error.type}`);
    if (error.type !== "uncertain")
      failures.push(...at("on a full disk", await differences(outbox, ledger.slice(0, before + index))));
    return index;
  }
  return changes.length;
}

/** The disk is full when the outbox is opened; then there is room. Whether it was full at all. */
async function fillBeforeOpening(pages: number, there: Ledger): Promise<boolean> {
  leave(pages);
  const outbox = openFile(path);
  rmSync(ballast);
  if (outbox.isOk()) await closed(outbox.value);
  else points += 1;
  failures.push(...at(`${pages} pages when it is opened`, await differencesInFile(path, there)));
  return outbox.isErr();
}

/** Fills the disk but for so many pages. */
function leave(pages: number): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(ballast, Buffer.alloc((bavail - pages) * bsize, 1));
}
