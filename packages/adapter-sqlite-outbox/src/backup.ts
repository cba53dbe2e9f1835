// A copy of the database, while the till goes on.
//
// SQLite copies page by page, between other work. What this process commits meanwhile goes into the copy too. If another process
// commits, SQLite begins anew; after some times the rest is copied at one go, so that it ends.
//
// Rules
// 1. The copy holds voucher codes: it has mode 0600 from its first byte.
// 2. It never replaces a file. It is built under a temporary name, checked, and on the disk before it gets its name.
// 3. It stands alone: it is in rollback-journal mode, so that it can be read on a medium that cannot be written. An outbox that is
//    opened on it switches it to WAL.
// 4. It is not made beside a `-wal` or a `-journal` of its name: SQLite would apply those to the copy.
//
// What it does not know: leases and postponements. They are of no use to a copy.

import { renameSync } from "node:fs";
import { dirname } from "node:path";
import type Database from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";
import { openDistrustful } from "./distrustful.ts";
import { createEmptyFile, find, syncFile, syncFolder } from "./file-system.ts";
import { createInspection, MAX_STORE_FAULTS } from "./inspection.ts";
import { judge } from "./migrate.ts";
import { createRecordCheck } from "./record-check.ts";
import type { BackupError } from "./sqlite-outbox.ts";
import { createStateCounts } from "./state-counts.ts";
import { linkTo, removeTemporary, temporaryNameFor } from "./temporary-name.ts";

/** How many pages of 4 kB are copied in one turn of the event loop: it takes about a millisecond. */
const PAGES_A_TURN = 100;

/** How often other processes may make SQLite begin anew. */
const MAX_RESTARTS = 3;

/** More pages than a database has. */
const ALL_PAGES = 0x7fff_ffff;

export async function createBackup(database: Database.Database, path: string): Promise<Result<void, BackupError>> {
  const directory = dirname(path);
  if (find(directory)?.isDirectory() !== true) return err({ type: "missingDirectory", directory });
  const existing = ["", "-wal", "-journal"].map((suffix) => path + suffix).find((each) => find(each) !== undefined);
  if (existing !== undefined) return err({ type: "exists", path: existing });
  const temporary = temporaryNameFor(path);
  try {
    createEmptyFile(temporary);
    await database.backup(temporary, { progress: createPace() });
    return finish(temporary).andThen(() => giveName(temporary, path));
  } catch (error) {
    return err({ type: "failed", detail: error instanceof Error ? error.message : String(error) });
  } finally {
    removeTemporary(temporary);
  }
}

/** How many pages are copied next. */
function createPace(): (progress: Database.BackupMetadata) => number {
  let restarts = 0;
  let before = Number.POSITIVE_INFINITY;
  return ({ remainingPages }) => {
    if (remainingPages > before) restarts += 1;
    before = remainingPages;
    return restarts < MAX_RESTARTS ? PAGES_A_TURN : ALL_PAGES;
  };
}

/** Checks the copy, and waits until it is on the disk. */
function finish(temporary: string): Result<void, BackupError> {
  const copy = openDistrustful(temporary, { fileMustExist: true });
  try {
    copy.pragma("journal_mode = DELETE");
    const judged = judge(copy);
    const isOutbox = judged.isOk() && judged.value === "outbox";
    const faults = isOutbox ? findFaults(copy) : ["it is no outbox"];
    if (faults.length > 0) return err({ type: "damaged", faults });
  } finally {
    copy.close();
  }
  syncFile(temporary);
  return ok();
}

function findFaults(copy: Database.Database): readonly string[] {
  const faults = createInspection(copy, createStateCounts(copy)).check();
  // In a damaged file, records that cannot be read say nothing more.
  return faults.length > 0
    ? faults
    : [...createRecordCheck(copy)()].flatMap((page) => page.faults).slice(0, MAX_STORE_FAULTS);
}

function giveName(temporary: string, path: string): Result<void, BackupError> {
  const outcome = linkTo(temporary, path);
  if (outcome === "taken") return err({ type: "exists", path });
  // Without links it was looked for above, and another process may create it in between.
  if (outcome === "noLinks") renameSync(temporary, path);
  syncFolder(dirname(path));
  return ok();
}
