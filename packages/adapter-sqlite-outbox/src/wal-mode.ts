import type { Database } from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";
import type { OpenError } from "./open-error.ts";

/**
 * Switches a database to a write-ahead log, and makes sure that it has one.
 *
 * The statement gives its row before it commits the switch. With `simple`, the driver stops at that row and drops the error of
 * the commit. Then the file would stay in rollback-journal mode, in which SQLite does not wait for the end of a commit. So the
 * statement runs to its end, and the mode is read by another.
 */
export function switchToWal(database: Database): Result<void, OpenError> {
  database.pragma("journal_mode = WAL");
  const mode = database.pragma("journal_mode", { simple: true });
  return mode === "wal" ? ok() : err({ type: "durability", detail: `journal_mode is ${String(mode)}, not wal` });
}
