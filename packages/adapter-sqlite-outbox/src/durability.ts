// Whether a commit may be called durable.
//
// After a failed fsync the system may take the pages for written that it could not write, and the next fsync says nothing of them.
// A commit that lies behind such pages in the WAL is lost with them in a power loss, though its own fsync succeeded. A checkpoint
// with TRUNCATE mends this: it writes every page once more, into the database, waits for it, and the WAL begins anew.
//
// Rules
// 1. After a failed commit or checkpoint nothing is called durable until a checkpoint with TRUNCATE has succeeded. What failed is
//    `uncertain`; afterwards the outbox is `unavailable` with the reason `notDurable`. Each call, and maintenance, tries again.
// 2. Meanwhile nothing is loaded or claimed either: the caller would act on what it read.
// 3. The process warns: the till's alerts say only what calls say, and a checkpoint is no call.
// 4. The other processes hear of it by a file beside the database, `PATH-unsynced`. Who finds it truncates before it promises
//    anything, and then removes it. It need not outlast a power loss: that leaves in the WAL nothing but what is on the disk.
// 5. Whoever opens the outbox and finds a WAL truncates it before its first promise. A process may have met a failed fsync and died
//    before it could tell; then its pages are read from memory, and are not on the disk.
//    Before that it writes the WAL itself once more, under the write lock. While a checkpoint writes to the database, a power loss
//    leaves a mixture there, which only a WAL that is on the disk can mend. SQLite never locks the WAL, so it may be opened.
// 6. The WAL that begins anew is synced at once, with a commit that changes nothing. That commit also shows that `synchronous` is
//    FULL: SQLite may fall back to NORMAL by itself at the first write.
// 7. Then the folder is synced, so that the WAL's name is on the disk as well. SQLite does so too when it creates the WAL, and does
//    not say if it fails.
//
// A commit of another process between the failure and the file of rule 4 is safe: SQLite has rolled the failed commit back, so
// what precedes it in the WAL are commits whose fsync succeeded. Only when the WAL is recovered (rule 5) does SQLite take up
// frames that were not synced.
//
// If an automatic checkpoint fails, SQLite does not say so. It repeats all of it at the next one, and until then keeps the WAL.
//
// Source: https://www.sqlite.org/wal.html#ckpt; Rebello et al., Can Applications Recover from fsync Failures? (USENIX ATC 2020)

import { rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { OutboxUnavailable } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";
import { isDiskFailure, trySqlite } from "./errors.ts";
import { bestEffort, errnoOf, find, MODE, rewriteFile, syncFolder } from "./file-system.ts";
import { APPLICATION_ID } from "./schema.ts";

export interface Durability {
  /** Before a commit: that it will be durable if it succeeds. */
  ensure(): Result<void, OutboxUnavailable>;
  /** After a commit, before its caller is told: that no process has met a failure meanwhile. */
  confirm(): Result<void, OutboxUnavailable>;
  /** Before a read that its caller acts on. */
  ensureReadable(): Result<void, OutboxUnavailable>;
  /** Runs a commit or a checkpoint. If the disk fails during it, nothing is durable any more. It throws what the work throws. */
  watch<Value>(work: () => Value): Value;
}

/** SQLite's number for `synchronous = FULL`. */
const SYNCHRONOUS_FULL = 2;

/** The file that says that the disk has failed. */
export const markerOf = (path: string): string => `${path}-unsynced`;

export function createDurability(
  durable: Database,
  path: string,
  warn: (message: string) => void = warnOfFailure,
): Durability {
  const marker = createMarker(markerOf(path));
  let failure: string | undefined;
  let mustTruncate = marker.exists() || (find(`${path}-wal`)?.size ?? 0) > 0;
  let isVerified = false;

  function watch<Value>(work: () => Value): Value {
    try {
      return work();
    } catch (error) {
      if (isDiskFailure(error)) fail(error instanceof Error ? error.message : "");
      throw error;
    }
  }

  function fail(detail: string): void {
    if (failure === undefined)
      warn(`The disk failed while ${path} was written: ${detail}. Commits wait until all is written again`);
    failure = detail;
    mustTruncate = true;
    marker.create();
  }

  function ensure(): Result<void, OutboxUnavailable> {
    if (!mustTruncate && isVerified) return ok();
    const restored = trySqlite(() => watch(restore)).andThen((done) => done);
    return failure === undefined ? restored : restored.mapErr(({ detail }) => notDurable(failure ?? "", detail));
  }

  function restore(): Result<void, OutboxUnavailable> {
    if (mustTruncate) {
      const before = marker.identity();
      const rewritten = rewriteWal(durable, path);
      if (rewritten.isErr()) return rewritten;
      if (!truncateWal(durable)) return err(readersInTheWay);
      mustTruncate = false;
      isVerified = false;
      marker.remove(before);
    }
    return enforceFullSync(durable)
      .andThen(() => syncNames(path))
      .andTee(() => {
        isVerified = true;
        failure = undefined;
      });
  }

  return {
    ensure,
    confirm: () => {
      if (marker.exists()) mustTruncate = true;
      return ensure();
    },
    ensureReadable: () => (failure === undefined ? ok() : ensure()),
    watch,
  };
}

/** How long to wait for the checkpoint of another process, before the next try. */
const PAUSE_MS = 5;

/**
 * Gives whether it succeeded. A process that reads from the WAL prevents it, and SQLite waits for that; the checkpoint of another
 * process prevents it too, and SQLite does not wait for that.
 */
function truncateWal(durable: Database): boolean {
  const until = performance.now() + Number(durable.pragma("busy_timeout", { simple: true }));
  const isDone = (): boolean => durable.prepare<[], number>("PRAGMA wal_checkpoint(TRUNCATE)").pluck().get() === 0;
  while (!isDone()) {
    if (performance.now() >= until) return false;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
  return true;
}

/**
 * Makes every commit wait for the disk. At the first write to a WAL, SQLite may fall back to NORMAL by itself, so the setting is
 * checked after one. Exported for its tests.
 */
export function enforceFullSync(durable: Database): Result<void, OutboxUnavailable> {
  durable.pragma("synchronous = FULL");
  // A write that changes nothing.
  durable.transaction(() => durable.pragma(`application_id = ${APPLICATION_ID}`)).immediate();
  const synchronous = Number(durable.pragma("synchronous", { simple: true }));
  return synchronous === SYNCHRONOUS_FULL ? ok() : err(notFull(synchronous));
}

const warnOfFailure = (message: string): void => process.emitWarning(message);

const notFull = (synchronous: number): OutboxUnavailable => ({
  type: "unavailable",
  reason: "notDurable",
  detail: `synchronous is ${synchronous} after the first write, not FULL`,
});

/** No process writes to the WAL meanwhile, nor begins it anew. */
const rewriteWal = (durable: Database, path: string): Result<void, OutboxUnavailable> =>
  // Without a WAL there is nothing to write.
  durable.transaction(() => tryDisk(() => rewriteFile(`${path}-wal`), "ENOENT")).immediate();

/** Waits until the names of the database and its WAL are on the disk. */
const syncNames = (path: string): Result<void, OutboxUnavailable> =>
  // A folder that the process may write to, and not read, cannot be synced: not by SQLite either.
  tryDisk(() => syncFolder(dirname(path)), "EACCES");

/** Does work of the file system, which may fail with the error that is `harmless`. */
function tryDisk(work: () => void, harmless: string): Result<void, OutboxUnavailable> {
  try {
    work();
    return ok();
  } catch (error) {
    const code = errnoOf(error);
    if (code === harmless) return ok();
    if (code === "" || !(error instanceof Error)) throw error;
    return err({ type: "unavailable", reason: code === "ENOSPC" ? "full" : "notDurable", detail: error.message });
  }
}

const readersInTheWay: OutboxUnavailable = {
  type: "unavailable",
  reason: "busy",
  detail: "another process uses the write-ahead log, which must be emptied before the first commit",
};

const notDurable = (failure: string, detail: string): OutboxUnavailable => ({
  type: "unavailable",
  reason: "notDurable",
  detail: `the disk has failed (${failure}): nothing is durable until everything was written once more, which now fails: ${detail}`,
});

interface Marker {
  exists(): boolean;
  /** Tells the marker from one that another process creates after it. */
  identity(): string | undefined;
  create(): void;
  remove(identity: string | undefined): void;
}

function createMarker(path: string): Marker {
  const identity = (): string | undefined => {
    const found = find(path);
    return found === undefined ? undefined : `${found.ino} ${found.mtimeMs}`;
  };
  return {
    exists: () => find(path) !== undefined,
    identity,
    // On a failing disk this may fail too. Then the other processes hear of the failure by their own fsync.
    create: () => bestEffort(() => writeFileSync(path, MARKER_TEXT, { mode: MODE })),
    remove: (known) => {
      if (known !== undefined && identity() === known) bestEffort(() => rmSync(path, { force: true }));
    },
  };
}

const MARKER_TEXT =
  "The disk failed while the outbox was written. The outbox removes this file once it has written everything again.\n";
