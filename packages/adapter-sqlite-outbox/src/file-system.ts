import { closeSync, fchownSync, fsyncSync, openSync, readSync, type Stats, statSync, writeSync } from "node:fs";

/** Only the owner may read and write the files: they hold voucher codes, which anyone can spend. */
export const MODE = 0o600;

/** The system's code of an error, such as `ENOSPC`; empty if it has none. */
export const errnoOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

/** What a path leads to, without opening it. */
export const find = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });

/**
 * Creates an empty file for its owner alone. It fails with EEXIST if there is one, and then has opened and closed none.
 *
 * @param beside Whose owner gets the file if root makes it: the database. Its owner must be able to go on with it
 */
export function createEmptyFile(path: string, beside?: string): void {
  const descriptor = openSync(path, "wx", MODE);
  try {
    const owner = beside !== undefined && process.geteuid?.() === 0 ? find(beside) : undefined;
    if (owner !== undefined && owner.uid !== 0) bestEffort(() => fchownSync(descriptor, owner.uid, owner.gid));
  } finally {
    closeSync(descriptor);
  }
}

/** Waits until a file is on the disk. Never for a file that SQLite has open in this process; see rule 1 of database-file.ts. */
export function syncFile(path: string): void {
  const descriptor = openSync(path, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Waits until the names in a folder are on the disk. */
export function syncFolder(path: string): void {
  // Windows has no such call. Its file systems keep names in their journal.
  if (process.platform === "win32") return;
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } catch (error) {
    // Some file systems have no such call either.
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP"].includes(errnoOf(error))) throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** How much is written again at once. */
const CHUNK_BYTES = 2 ** 20;

/** Writes what a file holds once more, and waits until it is on the disk. Nothing else may write to it meanwhile. */
export function rewriteFile(path: string): void {
  const descriptor = openSync(path, "r+");
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0, read = -1; read !== 0; ) {
      read = readSync(descriptor, chunk, 0, CHUNK_BYTES, at);
      at += writeSync(descriptor, chunk, 0, read, at);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Does what need not succeed, since it is done again later. An error of the file system ends it; a bug is thrown on. */
export function bestEffort(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (errnoOf(error) === "") throw error;
  }
}
