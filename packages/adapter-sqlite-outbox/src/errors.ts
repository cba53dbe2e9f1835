import type { OutboxUnavailable } from "@electrum-vouchers/core/ports";
import Database from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";

export const outboxClosed: OutboxUnavailable = {
  type: "unavailable",
  reason: "closed",
  detail: "the outbox was closed",
};

/** Runs what talks to SQLite; what SQLite refuses becomes a value. Anything else that is thrown is a bug. */
export function trySqlite<Value>(work: () => Value): Result<Value, OutboxUnavailable> {
  try {
    return ok(work());
  } catch (error) {
    if (error instanceof Database.SqliteError) return err(toUnavailable(error));
    throw error;
  }
}

/** What SQLite or its driver says, in the words of the port. Neither repeats the values that it was given. */
export const toUnavailable = (error: unknown): OutboxUnavailable => ({
  type: "unavailable",
  reason: reasonOf(codeOf(error)),
  detail: error instanceof Error ? error.message : String(error),
});

/** What was found by an index must be what was meant: a damaged one leads to another row, which must not be touched. */
export function assertOneRow(changes: number): void {
  if (changes !== 1) throw new Database.SqliteError("an index leads to another row", "SQLITE_CORRUPT_INDEX");
}

/** Whether the disk itself failed, so that nobody knows what of a commit has reached it. */
export const isDiskFailure = (error: unknown): boolean => codeOf(error).startsWith("SQLITE_IOERR");

/** SQLite's own name for what went wrong; empty where it was not SQLite. */
export const codeOf = (error: unknown): string => (error instanceof Database.SqliteError ? error.code : "");

/** The extended codes begin with the primary one: SQLITE_BUSY_SNAPSHOT is a SQLITE_BUSY. */
export function reasonOf(code: string): OutboxUnavailable["reason"] {
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return "busy";
  if (code === "SQLITE_FULL") return "full";
  if (code.startsWith("SQLITE_READONLY")) return "readOnly";
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return "corrupt";
  return "failed";
}
