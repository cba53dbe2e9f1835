// Files that are built under a temporary name beside the final one, and get that only once they are whole.
//
// `link` never replaces a file, and fails if another process was quicker. What a killed process leaves is removed later: either it
// is old, or it is a second name of a file that has its final one.

import { randomBytes } from "node:crypto";
import { linkSync, lstatSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { bestEffort, errnoOf, find } from "./file-system.ts";

/** Building takes milliseconds. One that is so much older than a file created now belongs to no process any more. */
const ABANDONED_AFTER_MS = 600_000;

/** How many names are removed at once, so that the time that opening takes has a bound. */
const MAX_REMOVED = 100;

const RANDOM_BYTES = 6;
const TEMPORARY_SUFFIX = /^\.new-[0-9a-f]{12}(-journal|-wal|-shm)?$/;

/** What SQLite may put beside a database. */
const SIDECARS = ["-journal", "-wal", "-shm"];

/** The errors of `link` on a file system that has no links. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL"];

export const temporaryNameFor = (path: string): string => `${path}.new-${randomBytes(RANDOM_BYTES).toString("hex")}`;

/** Gives a file its final name as well, unless another file bears it, or the file system has no links. */
export function linkTo(temporary: string, path: string): "linked" | "taken" | "noLinks" {
  try {
    linkSync(temporary, path);
    return "linked";
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return "taken";
    if (NO_LINKS.includes(errnoOf(error))) return "noLinks";
    throw error;
  }
}

/** Removes a temporary name, and what SQLite has put beside it. What cannot be removed now is old one day. */
export function removeTemporary(temporary: string): void {
  for (const suffix of ["", ...SIDECARS]) bestEffort(() => rmSync(temporary + suffix, { force: true }));
}

/**
 * Removes what processes that were killed have left. How old it is, is told by the file system's clock, which has just dated
 * `newFile`: the process's clock may be wrong.
 */
export function removeAbandoned(path: string, newFile: string): void {
  const now = lstatSync(newFile).mtimeMs;
  bestEffort(() => removeSome(path, ({ mtimeMs }) => now - mtimeMs > ABANDONED_AFTER_MS));
}

/** Removes the temporary names of a file: the process that linked it was killed before it had removed its own. */
export function removeTemporaryLinks(path: string): void {
  const inode = find(path)?.ino;
  bestEffort(() => removeSome(path, ({ ino }) => ino === inode));
}

function removeSome(
  path: string,
  isWanted: (found: { readonly mtimeMs: number; readonly ino: number }) => boolean,
): void {
  const name = basename(path);
  const wanted = readdirSync(dirname(path))
    .filter((each) => each.startsWith(name) && TEMPORARY_SUFFIX.test(each.slice(name.length)))
    .map((each) => join(dirname(path), each))
    .filter((each) => {
      const found = lstatSync(each, { throwIfNoEntry: false });
      return found !== undefined && isWanted(found);
    });
  for (const each of wanted.slice(0, MAX_REMOVED)) rmSync(each, { force: true });
}
