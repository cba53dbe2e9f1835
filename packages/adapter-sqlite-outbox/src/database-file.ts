// The database file, before SQLite opens it: it is created, or it may be opened.
//
// Rules
// 1. Nothing but SQLite opens or closes the file, its `-wal` or its `-shm`. Under POSIX, closing any descriptor of a file drops
//    every lock that the process holds on it: those of an outbox that is open in the same process, in another thread included.
//    So the file is looked at with `stat` and `access`, which open nothing. What is in it is judged on the connection, by
//    `migrate.ts`. Only `durability.ts` opens the `-wal`, on which SQLite holds no lock.
// 2. What SQLite can recover, it recovers before the file is judged: after a power loss, the first page may still be in the WAL or
//    in the journal. To a foreign database this does what its own program does when it next opens it, and nothing else.
// 3. The file holds voucher codes, which anyone can spend: it has mode 0600. SQLite gives the same to the files beside it.
// 4. An empty file is made an outbox: it is what an interrupted creation leaves on a file system without links. But not beside a
//    WAL, which SQLite would delete.
// 5. If the caller says that the file must exist, neither a missing nor an empty file is made an outbox.
// 6. Only one's own file is used; see `access.ts`.
// 7. The folder is not created: a mistyped path must not become a new, empty outbox. The folder must be writable, since SQLite
//    puts files there.
//
// What it does not know: how a new file is made. `creation.ts` does.
// Source: https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_

import { accessSync, chmodSync, constants, type Stats } from "node:fs";
import { dirname } from "node:path";
import { err, ok, type Result } from "neverthrow";
import { checkAccess } from "./access.ts";
import { createDatabase, findLeftovers } from "./creation.ts";
import { find, MODE } from "./file-system.ts";
import type { OpenError } from "./open-error.ts";
import { removeTemporaryLinks } from "./temporary-name.ts";

/** Creates the database, or checks that the file there may be opened. */
export function prepareFile(path: string, mustExist = false, allowsShared = false): Result<void, OpenError> {
  const directory = dirname(path);
  if (find(directory)?.isDirectory() !== true) return err({ type: "missingDirectory", directory });
  return checkAccess(path, allowsShared).andThen(() => {
    const found = find(path);
    if (found !== undefined) return inspectFile(path, found, mustExist);
    return mustExist ? findMissing(path) : createDatabase(path);
  });
}

/** What is beside a missing file tells that it was there. */
function findMissing(path: string): Result<never, OpenError> {
  const files = findLeftovers(path);
  return err(files.length > 0 ? { type: "leftover", files } : { type: "missing", path });
}

function inspectFile(path: string, found: Stats, mustExist: boolean): Result<void, OpenError> {
  if (!found.isFile()) return err({ type: "foreign", detail: "it is no file" });
  // SQLite would take it for an empty one.
  if (found.size === 1) return err({ type: "foreign", detail: "it is no SQLite database" });
  accessSync(path, constants.R_OK | constants.W_OK);
  accessSync(dirname(path), constants.W_OK);
  if (found.nlink > 1) removeTemporaryLinks(path);
  if (found.size > 0) return ok();
  const files = findLeftovers(path).filter((each) => each.endsWith("-wal"));
  // Another process may have created it a moment ago.
  if (files.length > 0 && find(path)?.size === 0) return err({ type: "leftover", files });
  if (mustExist) return err({ type: "missing", path });
  chmodSync(path, MODE);
  return ok();
}
