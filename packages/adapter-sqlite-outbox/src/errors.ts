import type { OutboxUnavailable } from "@electrum-vouchers/core/ports";
import Database from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";

export const outboxClosed: OutboxUnavailable = {
  type: "unavailable",
  reason: "closed",
  detail: "the outbox was closed",
};

/** Runs work that calls SQLite. An error of SQLite's becomes a value; any other error is a bug, and is thrown on. */
export function trySqlite<Value>(work: () => Value): Result<Value, OutboxUnavailable> {
  try {
    return ok(work());
  } catch (error) {
    if (error instanceof Database.SqliteError) return err(toUnavailable(error));
    throw error;
  }
}

/** An error of SQLite's or its driver's, as the port names it. Neither repeats bound values, so it holds no secret. */
export const toUnavailable = (error: unknown): OutboxUnavailable => ({
  type: "unavailable",
  reason: reasonOf(codeOf(error)),
  detail: error instanceof Error ? error.message : String(error),
});

/** Fails unless one row changed. A damaged index leads to another row, which must not be changed. */
export function assertOneRow(changes: number): void {
  if (changes !== 1) throw new Database.SqliteError("an index leads to another row", "SQLITE_CORRUPT_INDEX");
}

/** Whether the disk failed, so that it is unknown how much of a commit has reached it. */
export const isDiskFailure = (error: unknown): boolean =>
  codeOf(error).startsWith("SQLITE_IOERR") && reasonOf(codeOf(error)) === "failed";

/** SQLite's code for an error, such as `SQLITE_BUSY`; empty if it is not SQLite's. */
export const codeOf = (error: unknown): string => (error instanceof Database.SqliteError ? error.code : "");

/** The port's reason for a code. Extended codes begin with the primary one: SQLITE_BUSY_SNAPSHOT is a SQLITE_BUSY. */
export function reasonOf(code: string): OutboxUnavailable["reason"] {
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return "busy";
  // The second is SQLite's code if it cannot lengthen `-shm`.
  if (code === "SQLITE_FULL" || code === "SQLITE_IOERR_SHMSIZE") return "full";
  if (code.startsWith("SQLITE_READONLY")) return "readOnly";
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return "corrupt";
  return "failed";
}
