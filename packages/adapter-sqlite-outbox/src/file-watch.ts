// Whether the files are still the ones that were opened.
//
// If the database is removed, moved or replaced while it is open, SQLite goes on with the files that it has. Whatever is committed
// then is in no file that the next process finds. So each call looks first, and each commit looks before its caller is told.
//
// Rules
// 1. A file is known by its device and inode, which `stat` gives without opening it. An inode is not given to another file while
//    this process has it open.
// 2. The WAL is looked at as well: it is not replaced while a connection is open.
// 3. Once a file was missing or another, the outbox stays unavailable: only a new opening may judge what is there.
// 4. If all users have got access to the database, it is taken away from them, and the process warns; see `access.ts`.

import { statSync, type BigIntStats } from "node:fs";
import type { OutboxUnavailable } from "@electrum-vouchers/core/ports";
import { err, ok, type Result } from "neverthrow";
import { findExposure, limitAccess } from "./access.ts";
import { bestEffort } from "./file-system.ts";

export interface FileWatch {
  /** Looks at the files. */
  ensureSame(): Result<void, OutboxUnavailable>;
  /** What an earlier look has found. */
  lastSeen(): Result<void, OutboxUnavailable>;
  /** What is wrong with the access to the file; empty if nothing is. */
  findExposure(): readonly string[];
}

export function watchFiles(path: string, warn?: (message: string) => void): FileWatch {
  const files = [path, `${path}-wal`];
  const opened = files.map(identityOf);
  let replaced: OutboxUnavailable | undefined;
  let knownMode = statOf(path)?.mode;

  function lookAtMode(mode: bigint | undefined): void {
    if (mode === knownMode) return;
    bestEffort(() => limitAccess(path, warn));
    knownMode = statOf(path)?.mode;
  }

  function findReplaced(): OutboxUnavailable | undefined {
    const found = files.map(statOf);
    const index = found.findIndex((each, at) => nameOf(each) !== opened[at]);
    const file = files[index];
    if (file !== undefined) return replacedBy(file, found[index] === undefined ? "removed" : "replaced");
    lookAtMode(found[0]?.mode);
    return undefined;
  }

  const lastSeen = (): Result<void, OutboxUnavailable> => (replaced === undefined ? ok() : err(replaced));

  return {
    ensureSame: () => {
      replaced ??= findReplaced();
      return lastSeen();
    },
    lastSeen,
    findExposure: () => findExposure(path),
  };
}

/** What the system says of a file. One that cannot be reached any more is as good as gone. */
function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export const identityOf = (path: string): string | undefined => nameOf(statOf(path));

const nameOf = (found: BigIntStats | undefined): string | undefined =>
  found === undefined ? undefined : `${found.dev} ${found.ino}`;

const replacedBy = (file: string, event: "removed" | "replaced"): OutboxUnavailable => ({
  type: "unavailable",
  reason: "replaced",
  detail: `${file} was ${event} while the outbox had it open. Stop the till, find out which file is the right one, and open it`,
});
