// Whether the database file is one's own, before it is used. It holds voucher codes, which anyone can spend, and whoever can write to
// it can keep a voucher from being reversed.
//
// It must stop an attacker, and no honest shop. So nothing is refused for umask 0002, for group bits that a mount sets, for owners that a
// container maps, for links that an operator made, nor for a copy that was restored with mode 0644.
//
// Rules
// 1. A link is followed, and its target is what counts. Only in a folder that all users can write may a link be a trap: there it
//    must have been made by this user, by root, or by the owner of the folder.
// 2. A folder that all users can write without the sticky bit is refused: whoever can write there can replace the file.
// 3. The file belongs to this user. Who that is, is told by a file that is just made beside it: on some mounts its owner is not the
//    user of the process. Root may use another user's file, but not in a folder that all users can write, where anyone may have put it.
//    In such a folder the same goes for the files beside it, which SQLite would believe.
// 4. What root makes beside the file belongs to the file's owner (`createEmptyFile`), so that its owner can go on.
// 5. Where modes mean nothing (Windows, some mounts), rules 2 and 3 are not checked. `limitAccess` says so.
// 6. The usual case costs two calls of `stat`. A file that tells the owner is only made if something looks wrong.
//
// `allowSharedAccess` allows what rules 1 to 3 refuse.
//
// What it does not know: whether the file is an outbox. Nothing is changed before that is known; then `limitAccess` takes away what all
// users may do with it.
// Source of rules 1 and 3: https://docs.kernel.org/admin-guide/sysctl/fs.html (protected_symlinks, protected_regular)

import { chmodSync, lstatSync, readlinkSync, realpathSync, rmSync, type Stats } from "node:fs";
import { dirname, resolve } from "node:path";
import { err, ok, type Result } from "neverthrow";
import { bestEffort, createEmptyFile, find } from "./file-system.ts";
import type { OpenError } from "./open-error.ts";
import { temporaryNameFor } from "./temporary-name.ts";

/** As many links as Linux follows. */
const MAX_LINKS = 40;

const BITS_OF_GROUP = 0o070;
const BITS_OF_ALL = 0o007;
const WRITABLE_BY_ALL = 0o002;
const STICKY = 0o1000;

/** What SQLite puts beside a database. It holds the same secrets. */
const SIDECARS = ["-wal", "-shm", "-journal"];

/** What else is read from beside the database. */
const OTHER_FILES = ["-leases", "-leases-wal", "-leases-shm", "-reserve"];

/** Follows the links at the end of a path. Gives where a file is, or where it would be created. */
export function followLinks(path: string, allowsShared: boolean, left: number = MAX_LINKS): Result<string, OpenError> {
  const folder = find(dirname(path));
  const link = folder?.isDirectory() === true ? lstatSync(path, { throwIfNoEntry: false }) : undefined;
  if (link?.isSymbolicLink() !== true || folder === undefined) return ok(path);
  if (left === 0) return err({ type: "failed", detail: "its links lead nowhere" });
  const isTrusted = !isWritableByAll(folder) || [ownId(), 0, folder.uid].includes(link.uid);
  if (!isTrusted && !allowsShared)
    return err(unsafe(path, "another user made this link, in a folder that all users can write", `rm ${quote(path)}`));
  return followLinks(resolve(realpathSync(dirname(path)), readlinkSync(path)), allowsShared, left - 1);
}

/** Refuses a file, or a place for one, that is not this user's own. Changes nothing. The path ends in no link. */
export function checkAccess(path: string, allowsShared: boolean): Result<void, OpenError> {
  const folder = find(dirname(path));
  if (folder === undefined || allowsShared) return ok();
  const isFolderOpen = isWritableByAll(folder) && (folder.mode & STICKY) === 0;
  const foreign = findForeign(path, folder, ownId());
  if (!isFolderOpen && foreign === undefined) return ok();
  const owner = createProbe(path);
  if (owner === undefined) return ok();
  if (isFolderOpen) {
    const at = dirname(path);
    return err(unsafe(at, "all users can write this folder, and so replace the file", `chmod o-w ${quote(at)}`));
  }
  const still = findForeign(path, folder, owner);
  return still === undefined
    ? ok()
    : err(unsafe(still, "it belongs to another user", `chown ${owner} ${quote(still)}`));
}

/** Takes away what all users may do with an outbox, and says so. Says what its group may do, and if that is not known. */
export function limitAccess(path: string, warn: (message: string) => void = warnProcess): void {
  const mode = find(path)?.mode ?? 0;
  for (const each of [path, ...SIDECARS.map((suffix) => path + suffix)]) {
    const found = find(each)?.mode ?? 0;
    if ((found & BITS_OF_ALL) !== 0) bestEffort(() => chmodSync(each, found & 0o770));
  }
  for (const message of describeAccess(path, mode)) warn(message);
}

/** What is to be said of a file that had this mode before. */
function describeAccess(path: string, mode: number): readonly string[] {
  const left = find(path)?.mode ?? 0;
  if ((left & BITS_OF_ALL) !== 0) {
    const exposure = findExposure(path);
    return exposure.length > 0
      ? exposure
      : [about(path, "its file system knows no modes: access to it is not checked")];
  }
  if ((mode & BITS_OF_ALL) !== 0)
    return [about(path, `all users had access to it (mode ${bitsOf(mode)}). This was taken away from them`)];
  return (left & BITS_OF_GROUP) === 0 ? [] : [about(path, `its group has access to it (mode ${bitsOf(left)})`)];
}

/** What is wrong with the access to a file, if modes mean something there; empty if nothing is. */
export function findExposure(path: string): readonly string[] {
  const mode = find(path)?.mode ?? 0;
  if ((mode & BITS_OF_ALL) === 0 || !areModesKnown(path)) return [];
  return [about(path, `all users have access to it (mode ${bitsOf(mode)}): chmod o-rwx ${quote(path)}`)];
}

const about = (path: string, message: string): string => `${path} holds voucher codes, and ${message}`;

/** If it cannot be found out, the modes that are shown count. */
function areModesKnown(path: string): boolean {
  let isKnown = true;
  bestEffort(() => {
    isKnown = createProbe(path) !== undefined;
  });
  return isKnown;
}

/** The first file that another user than `owner` may have put there. */
function findForeign(path: string, folder: Stats, owner: number): string | undefined {
  const isShared = isWritableByAll(folder);
  const mayBe = (uid: number): boolean => uid === owner || (owner === 0 && (!isShared || uid === folder.uid));
  return [path, ...(isShared ? [...SIDECARS, ...OTHER_FILES].map((suffix) => path + suffix) : [])].find((each) => {
    const found = lstatSync(each, { throwIfNoEntry: false });
    return found !== undefined && !mayBe(found.uid);
  });
}

/** Who owns a file that is made beside the database now; nothing if modes mean nothing there. */
function createProbe(path: string): number | undefined {
  if (process.platform === "win32") return undefined;
  const probe = temporaryNameFor(path);
  createEmptyFile(probe);
  try {
    const { uid, mode } = lstatSync(probe);
    return (mode & BITS_OF_ALL) === 0 ? uid : undefined;
  } finally {
    bestEffort(() => rmSync(probe));
  }
}

const unsafe = (path: string, detail: string, command: string): OpenError => ({
  type: "unsafe",
  path,
  detail,
  command,
  option: "allowSharedAccess",
});

const isWritableByAll = ({ mode }: Stats): boolean => (mode & WRITABLE_BY_ALL) !== 0;

const bitsOf = (mode: number): string => (mode & 0o777).toString(8);

/** Windows has no such number, and gives 0 for every file. */
const ownId = (): number => process.geteuid?.() ?? 0;

/** For a shell: nothing in it has a meaning there. */
const quote = (path: string): string => `'${path.replaceAll("'", String.raw`'\''`)}'`;

const warnProcess = (message: string): void => process.emitWarning(message);
