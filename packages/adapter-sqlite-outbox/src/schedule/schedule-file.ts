import { chmodSync, lstatSync, rmSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { currentBoot, isSameBoot } from "./boot.ts";
import { openDistrustful } from "../distrustful.ts";
import { codeOf } from "../errors.ts";
import { createEmptyFile, errnoOf, MODE } from "../file-system.ts";
import { SCHEDULE_APPLICATION_ID, SCHEDULE_SCHEMA, SCHEDULE_VERSION } from "./schema.ts";

/** The second file, open. It is replaced by a new one when it is damaged, removed or another's, also while it is open. */
export interface ScheduleFile<Statements> {
  /** Does work over the file, with what was prepared for it. If that shows that the file is damaged: again, with a new one. */
  use<Value>(work: (statements: Statements, database: Database.Database) => Value): Value;
  /** Throws the file away. The next use begins a new one. */
  discard(): void;
  close(): void;
}

export interface ScheduleFileOptions<Statements> {
  readonly path: string;
  /** The database that it belongs to. */
  readonly beside: string;
  readonly busyTimeoutMs: number;
  readonly storeId: string;
  prepare(database: Database.Database): Statements;
}

interface OpenFile<Statements> {
  readonly database: Database.Database;
  readonly statements: Statements;
  readonly inode: string | undefined;
}

/** Where the second file is. */
export const schedulePathOf = (path: string): string => `${path}-leases`;

/** A new file is sound; what is wrong with it after that is not its own fault. */
const ATTEMPTS = 3;

/** How far its write-ahead log grows, in pages of 4 kB, before it is copied into the file. Nobody waits for the disk. */
const WAL_PAGES = 1_000;

export function openScheduleFile<Statements>(options: ScheduleFileOptions<Statements>): ScheduleFile<Statements> {
  const { path } = options;
  let current: OpenFile<Statements> | undefined = openAnew(options);

  function close(): void {
    current?.database.close();
    current = undefined;
  }

  /** Removes the file that was open, unless another process has replaced it already. */
  function discard(): void {
    const inode = current?.inode;
    close();
    if (inodeOf(path) === inode) remove(path);
  }

  function open(): OpenFile<Statements> {
    if (current !== undefined && inodeOf(path) !== current.inode) close();
    current ??= openAnew(options);
    return current;
  }

  return {
    use: (work) => {
      for (let attempt = 1; ; attempt += 1) {
        const { statements, database } = open();
        try {
          return work(statements, database);
        } catch (error) {
          const isToBlame = isDamage(error) || (mayBeDamage(error) && !isSound(database));
          if (attempt === ATTEMPTS || !isToBlame) throw error;
          discard();
        }
      }
    },
    discard,
    close,
  };
}

/** Opens the file that is there, or a new one if it is no good. */
function openAnew<Statements>(options: ScheduleFileOptions<Statements>): OpenFile<Statements> {
  for (let attempt = 1; ; attempt += 1) {
    const opened = inWordsOfSqlite(() => tryToOpen(options, attempt === ATTEMPTS));
    if (opened !== undefined) return opened;
    inWordsOfSqlite(() => remove(options.path));
  }
}

/** Nothing if the file that is there must be thrown away first. */
function tryToOpen<Statements>(
  options: ScheduleFileOptions<Statements>,
  isLastAttempt: boolean,
): OpenFile<Statements> | undefined {
  const { path, beside, busyTimeoutMs } = options;
  // A link is replaced by a file, never followed.
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) return undefined;
  createFile(path, beside);
  const inode = inodeOf(path);
  const database = openDistrustful(path, { fileMustExist: true, timeout: busyTimeoutMs });
  try {
    configure(database);
    if (database.transaction(() => isUsable(database, options.storeId)).immediate() && inodeOf(path) === inode)
      return { database, statements: options.prepare(database), inode };
  } catch (error) {
    if (isLastAttempt || !(isDamage(error) || mayBeDamage(error))) {
      database.close();
      throw error;
    }
  }
  database.close();
  return undefined;
}

/** Creates the file, for its owner's eyes only; leaves one that is there. */
function createFile(path: string, beside: string): void {
  try {
    createEmptyFile(path, beside);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined && (found.mode & 0o777) !== MODE && found.uid === process.getuid?.()) chmodSync(path, MODE);
  }
}

/** Nothing in here needs to survive a power loss, and so nothing waits for the disk. */
function configure(database: Database.Database): void {
  database.pragma("synchronous = OFF");
  database.pragma("journal_mode = WAL");
  database.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
  database.pragma(`journal_size_limit = ${WAL_PAGES * 4_096}`);
}

interface ProgressRow {
  readonly store_id: string;
  readonly boot: string;
}

/** Whether the file is of this store, this boot and this version; a new one is made so. */
function isUsable(database: Database.Database, storeId: string): boolean {
  const boot = currentBoot();
  if (database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined) {
    database.pragma(`application_id = ${SCHEDULE_APPLICATION_ID}`);
    database.pragma(`user_version = ${SCHEDULE_VERSION}`);
    database.exec(SCHEDULE_SCHEMA);
    database.prepare("INSERT INTO progress VALUES (?, ?, NULL, 0, '', 0, 0)").run(storeId, boot);
    return true;
  }
  const isOurs =
    database.pragma("application_id", { simple: true }) === SCHEDULE_APPLICATION_ID &&
    database.pragma("user_version", { simple: true }) === SCHEDULE_VERSION;
  const progress = isOurs ? database.prepare<[], ProgressRow>("SELECT store_id, boot FROM progress").get() : undefined;
  if (progress === undefined || progress.store_id !== storeId || !isSameBoot(progress.boot, boot)) return false;
  // Compared anew each time it is opened, when there is nothing better to do.
  database.prepare("UPDATE progress SET compared_work = '', compared_due_at = 0, compared_row_id = 0").run();
  return true;
}

/** What only this file can be the cause of: the first is only read. */
const isDamage = (error: unknown): boolean =>
  /^SQLITE_(ERROR|CONSTRAINT|MISMATCH|SCHEMA|NOTADB|READONLY_DBMOVED)/.test(codeOf(error));

/** What may be the first file's fault as well. */
const mayBeDamage = (error: unknown): boolean => /^SQLITE_(CORRUPT|IOERR|CANTOPEN)/.test(codeOf(error));

/** Whether the fault must lie elsewhere: in the first file, or in the disk. */
function isSound(database: Database.Database): boolean {
  try {
    return database.pragma("integrity_check(1)", { simple: true }) === "ok";
  } catch {
    return false;
  }
}

/** Removes the file and what SQLite has put beside it. Other processes notice that it is gone. */
function remove(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(path + suffix, { force: true });
}

function inodeOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev} ${found.ino}`;
}

/** What the file system refuses, in the words of SQLite. */
function inWordsOfSqlite<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (error instanceof Database.SqliteError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new Database.SqliteError(detail, CODES[detail.split(":", 1)[0] ?? ""] ?? "SQLITE_CANTOPEN");
  }
}

/** Node.js begins its messages with the code of the system. */
const CODES: Readonly<Record<string, string>> = {
  EACCES: "SQLITE_READONLY",
  EPERM: "SQLITE_READONLY",
  EROFS: "SQLITE_READONLY",
  ENOSPC: "SQLITE_FULL",
};
