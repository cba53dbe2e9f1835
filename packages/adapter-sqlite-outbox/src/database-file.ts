import { accessSync, chmodSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { err, ok, type Result } from "neverthrow";
import type { OpenError } from "./open-error.ts";
import { APPLICATION_ID } from "./schema.ts";

/** Voucher codes are money: nobody but the owner reads the file. SQLite gives the same mode to what it puts beside it. */
export const MODE = 0o600;

/** The header of a SQLite database, and where it holds the id of the application that the file belongs to. */
const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";
const APPLICATION_ID_OFFSET = 68;

/**
 * Finds the file, or creates an empty one. What is not ours is recognised by its header alone and never opened by SQLite,
 * which would put files beside it.
 */
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
    // Whoever created it died before anything was in it.
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

/**
 * Closing a file gives up every lock that the process holds on it (POSIX), SQLite's own included, where the file is open already.
 * That is harmless in a file of ours: readers and writers lock the log's index beside it, and so does whoever would remove the
 * log (SQLite 3.51 and later).
 */
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
