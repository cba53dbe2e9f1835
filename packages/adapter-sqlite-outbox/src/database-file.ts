// The database file, before SQLite opens it: create it with the right mode, or make sure that it is an outbox.
//
// Rules
// 1. The file holds voucher codes, which anyone can spend. So it is created with mode 0600, in one system call that fails if the
//    file exists (`wx`). SQLite gives the same mode to the WAL and its index beside it.
// 2. Never harm a foreign file. If SQLite opens a file, it may create a WAL beside it, or roll back another program's journal.
//    So the header is read first: SQLite's magic, and at offset 68 the application id that `migrate.ts` writes. Only an outbox,
//    or an empty file, is opened.
// 3. An empty file is accepted: a process that ended between creating and migrating leaves one. Its mode is set again.
// 4. Reading the header closes a file descriptor. Under POSIX, that drops every lock that this process holds on that file, those
//    of an outbox that is open in the same process included. It is harmless here: in WAL mode, readers and writers lock the
//    WAL's index (`-shm`) instead, and so does the process that would delete the WAL (SQLite 3.51 and later).
// 5. The folder is not created: a mistyped path must not become a new, empty outbox. The folder must be writable, since SQLite
//    puts files there.
//
// What it does not know: the tables. `migrate.ts` checks them once the file is open.
// Source: https://www.sqlite.org/fileformat2.html#the_database_header

import { accessSync, chmodSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { err, ok, type Result } from "neverthrow";
import type { OpenError } from "./open-error.ts";
import { APPLICATION_ID } from "./schema.ts";

/** Only the owner may read and write the file. SQLite gives the files beside it the same mode. */
export const MODE = 0o600;

/** The size of a SQLite database's header, its first bytes, and the offset of the application id. */
const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";
const APPLICATION_ID_OFFSET = 68;

/** Creates an empty file, or checks that the existing one is an outbox. */
export function prepareFile(path: string): Result<void, OpenError> {
  const directory = dirname(path);
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true)
    return err({ type: "missingDirectory", directory });
  return create(path).andThen(({ isNew }) => (isNew ? ok() : inspectFile(path)));
}

function create(path: string): Result<{ readonly isNew: boolean }, OpenError> {
  try {
    closeSync(openSync(path, "wx", MODE));
    return ok({ isNew: true });
  } catch (error) {
    return isErrno(error, "EEXIST") ? ok({ isNew: false }) : err(toRefusal(error));
  }
}

function inspectFile(path: string): Result<void, OpenError> {
  try {
    const found = statSync(path);
    if (!found.isFile()) return err({ type: "foreign", detail: "it is no file" });
    accessSync(path, constants.R_OK | constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
    if (found.size > 0) return inspectHeader(readHeader(path));
    // A process created the file, and ended before it wrote anything.
    chmodSync(path, MODE);
    return ok();
  } catch (error) {
    return err(toRefusal(error));
  }
}

function inspectHeader(header: Buffer): Result<void, OpenError> {
  if (header.length < HEADER_BYTES || header.toString("latin1", 0, MAGIC.length) !== MAGIC)
    return err({ type: "foreign", detail: "it is no SQLite database" });
  if (header.readUInt32BE(APPLICATION_ID_OFFSET) !== APPLICATION_ID)
    return err({ type: "foreign", detail: "it is a SQLite database of another program" });
  return ok();
}

/** Closing the file drops this process's POSIX locks on it; rule 4 says why that is harmless. */
function readHeader(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    return header.subarray(0, readSync(file, header, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

function toRefusal(error: unknown): OpenError {
  const detail = error instanceof Error ? error.message : String(error);
  const isReadOnly = ["EACCES", "EPERM", "EROFS"].some((code) => isErrno(error, code));
  return { type: isReadOnly ? "readOnly" : "failed", detail };
}

const isErrno = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;
