// A new database file. It is whole and on the disk before it bears its name, so that no power loss leaves half of one.
//
//   PATH.new-RANDOM    created, migrated, switched to WAL, closed, synced
//        │ link        fails if another process was quicker; then that one's file is used
//        ▼
//   PATH               its folder is synced, and the temporary name is removed
//
// Rules
// 1. It is built in rollback-journal mode with `synchronous = FULL`, and switched to WAL at its end. Closed, it is one file.
// 2. `link` never replaces a file. So of two processes that start at once, one creates the file, and both use it.
// 3. It is not created beside a `-wal` or a `-journal` of its name. They belong to a database that was removed, or is not restored
//    yet. SQLite would delete them, or apply them to the new one.
// 4. A process that was killed leaves a temporary file. A later creation removes it if it is old. If it was in use all the same,
//    the other process starts again. A temporary name of a file that was linked is removed when the file is next opened.
// 5. If the file system has no links, the file is created under its name, empty. `connection.ts` then migrates it in
//    rollback-journal mode: after a power loss, SQLite finds it empty or whole.
//
// What it does not know: the tables. `migrate.ts` creates them.

import { dirname } from "node:path";
import Database from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";
import { createEmptyFile, errnoOf, find, syncFile, syncFolder } from "./file-system.ts";
import { migrate } from "./migrate.ts";
import type { OpenError } from "./open-error.ts";
import { linkTo, removeAbandoned, removeTemporary, temporaryNameFor } from "./temporary-name.ts";
import { switchToWal } from "./wal-mode.ts";

/** The file is built again if another process has taken it for abandoned. */
const ATTEMPTS = 3;

/** Creates the database, unless another process does so meanwhile. */
export function createDatabase(path: string): Result<void, OpenError> {
  const files = findLeftovers(path);
  // Another process may have created it a moment ago.
  if (files.length > 0 && find(path) === undefined) return err({ type: "leftover", files });
  for (let attempt = 1; ; attempt += 1) {
    const temporary = temporaryNameFor(path);
    try {
      createEmptyFile(temporary);
      removeAbandoned(path, temporary);
      const built = build(temporary);
      if (built.isOk()) giveName(temporary, path);
      return built;
    } catch (error) {
      if (errnoOf(error) !== "ENOENT" || attempt === ATTEMPTS) throw error;
    } finally {
      removeTemporary(temporary);
    }
  }
}

/** What is left of a database that is gone. Empty files hold nothing. */
export const findLeftovers = (path: string): readonly string[] =>
  ["-wal", "-journal"].map((suffix) => path + suffix).filter((file) => (find(file)?.size ?? 0) > 0);

function build(temporary: string): Result<void, OpenError> {
  const database = new Database(temporary, { fileMustExist: true });
  try {
    const built = migrateInRollbackMode(database);
    if (built.isErr()) return built;
    const switched = switchToWal(database);
    if (switched.isErr()) return switched;
  } finally {
    database.close();
  }
  syncFile(temporary);
  return ok();
}

/** Migrates an empty database: a power loss leaves it empty or whole. */
export function migrateInRollbackMode(database: Database.Database): Result<void, OpenError> {
  database.pragma("synchronous = FULL");
  database.pragma("fullfsync = ON");
  return migrate(database);
}

function giveName(temporary: string, path: string): void {
  const outcome = linkTo(temporary, path);
  if (outcome === "noLinks") createInPlace(path);
  if (outcome !== "taken") syncFolder(dirname(path));
}

function createInPlace(path: string): void {
  try {
    createEmptyFile(path);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}
