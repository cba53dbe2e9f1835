// Which processes live that have the outbox open.
//
// A process that died must not keep its leases, and one that lives must be left its work. A clock cannot tell the two apart: it may be
// wrong, and a process may be stalled. A lock can, since the system releases it when its holder ends, however it ends.
//
// Rules
// 1. Each outbox that is opened has an id of its own, and a file `PATH-alive-ID` that SQLite holds an exclusive lock on as long as it is
//    open. SQLite keeps the locks of several outboxes of one process apart; plain locks of the system would not.
// 2. An id is random, so no two processes ever share a file, and one that has died never comes back.
// 3. Others are found by the names in the folder. Whoever can lock such a file has found a dead process, and removes the file. If that
//    cannot be tried, nothing is known, and the process counts as alive.
// 4. What was found out is believed for a short time, since a look at the locks costs some system calls for each other process. The
//    names alone are read more often: a process that has begun, or has ended in an orderly way, changes them.
//
// What it does not know: what a process has leased, and what it owns.

import { randomUUID } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import Database from "better-sqlite3";
import { codeOf } from "./errors.ts";
import { bestEffort, createEmptyFile } from "./file-system.ts";

export interface Liveness {
  /** The id of this outbox. */
  readonly id: string;
  /** The ids of the other outboxes that live, as the last look found them. */
  others(): readonly string[];
  /** Looks now. Gives the ids of the other outboxes that live. */
  look(): readonly string[];
  /** Counts the looks, so that a caller may do something once for each. */
  looks(): number;
  close(): void;
}

/** How long a look at the locks is believed. A dead process's work must be taken up within two seconds. */
const LOOK_INTERVAL_MS = 500;

/** How long a look at the names is believed. Work that a process left when it ended must be taken up within 200 ms. */
const NAMES_INTERVAL_MS = 50;

const aliveNameOf = (path: string, id: string): string => `${path}-alive-${id}`;

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function createLiveness(path: string, readMs: () => number = () => performance.now()): Liveness {
  const id = randomUUID();
  const ownPath = aliveNameOf(path, id);
  let lock: Database.Database | undefined;
  let known: readonly string[] = [];
  let names = "";
  let lookedMs = Number.NEGATIVE_INFINITY;
  let listedMs = Number.NEGATIVE_INFINITY;
  let looks = 0;

  /** A disk without room, or a folder that is read-only, must not keep the outbox from opening. It is tried again. */
  function lockOwn(): void {
    bestEffort(() => {
      lock ??= takeLock(ownPath, path);
    });
  }

  function look(): readonly string[] {
    lookedMs = readMs();
    listedMs = lookedMs;
    looks += 1;
    lockOwn();
    known = listOthers(path, id).filter((other) => isAlive(aliveNameOf(path, other)));
    // Listed again, since those of dead processes are gone.
    names = listOthers(path, id).join();
    return known;
  }

  /** Whether the names have changed since they were last read. */
  function haveNamesChanged(): boolean {
    if (readMs() < listedMs + NAMES_INTERVAL_MS) return false;
    listedMs = readMs();
    return listOthers(path, id).join() !== names;
  }

  lockOwn();
  return {
    id,
    others: () => (readMs() >= lookedMs + LOOK_INTERVAL_MS || haveNamesChanged() ? look() : known),
    look,
    looks: () => looks,
    close: () => {
      lock?.close();
      lock = undefined;
      bestEffort(() => rmSync(ownPath, { force: true }));
    },
  };
}

/** If it fails, nothing is left, so that it can be tried again. */
function takeLock(path: string, beside: string): Database.Database {
  createEmptyFile(path, beside);
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { fileMustExist: true, timeout: 0 });
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database?.close();
    rmSync(path, { force: true });
    throw error;
  }
}

/** The ids of the others that have a file, in order. */
function listOthers(path: string, own: string): readonly string[] {
  const prefix = aliveNameOf(basename(path), "");
  let names: readonly string[] = [];
  bestEffort(() => {
    names = readdirSync(dirname(path));
  });
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((id) => ID.test(id) && id !== own)
    .toSorted();
}

/** How many outboxes live, for a process that has none open and removes nothing. */
export const countAlive = (path: string): number =>
  listOthers(path, "").filter((id) => isHeld(aliveNameOf(path, id))).length;

/** As {@link isAlive}, by a look that leaves everything as it is: nothing can be read under an exclusive lock. */
function isHeld(path: string): boolean {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 });
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    return false;
  } catch (error) {
    return codeOf(error) !== "SQLITE_CANTOPEN" || readdirSync(dirname(path)).includes(basename(path));
  } finally {
    database?.close();
  }
}

/** Whether the lock is held, or it cannot be told. The file of a dead process is removed while this process has the lock. */
function isAlive(path: string): boolean {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { fileMustExist: true, timeout: 0 });
    database.exec("BEGIN EXCLUSIVE");
    rmSync(path, { force: true });
    return false;
  } catch (error) {
    // It closed, and removed its file, a moment ago.
    return codeOf(error) !== "SQLITE_CANTOPEN" || readdirSync(dirname(path)).includes(basename(path));
  } finally {
    database?.close();
  }
}
