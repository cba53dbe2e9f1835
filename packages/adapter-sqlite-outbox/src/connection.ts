// The connection to the first file, which holds the transactions, their journal and their counts. Every commit on it is on the
// disk before it returns, and nothing else is written to the file: what needs not wait for the disk is in the second file; see
// schedule.ts. One connection reads and writes, since all work on it is synchronous; another would read every page once more.
//
// Nothing but SQLite opens or closes either file while the process has it open: the close of any other descriptor of a file
// gives up all locks that the process holds on it (POSIX).

import Database from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";
import { migrate } from "./migrate.ts";
import { tryOpening, type OpenError } from "./open-error.ts";
import { createRecentCommits, type RecentCommits } from "./recent-commits.ts";
import { createRowIdCache, type RowIdCache } from "./rowid-cache.ts";
import { createSchedule, type Schedule } from "./schedule.ts";
import { openScheduleFile, schedulePathOf, type ScheduleFile } from "./schedule-file.ts";
import { APPLICATION_ID } from "./schema.ts";
import { createStoredRows } from "./stored-rows.ts";

/** Both files, open. */
export interface Connections {
  /** The first file. Every commit is on the disk before it returns. */
  readonly durable: Database.Database;
  /** The second file: leases and postponements. */
  readonly schedule: ScheduleFile<Schedule>;
  readonly rowIds: RowIdCache;
  readonly recent: RecentCommits;
  /** Runs best-effort work on the first file. Skipped if the file is locked, since it will run again. */
  tryWithoutWaiting(work: () => void): void;
  /** WAL checkpoint: afterwards the log begins anew, if no process reads from it. */
  checkpointWal(): void;
  /** Empties the write-ahead log, if no process reads from it: what was deleted from the file must not live on in there. */
  truncateWal(): void;
  close(): void;
}

/**
 * How far the write-ahead log grows, in pages of 4 kB, before a commit checkpoints it by itself. Usually that was done long before,
 * between commits; see maintenance.ts. It grows beyond its bound only while another process keeps a read open, and is cut back
 * afterwards. Up to its bound it keeps its room on the disk: writing over what is there waits less for the disk than growing.
 */
const WAL_PAGES = 4_000;
const WAL_BYTES = WAL_PAGES * 4_096;

/** SQLite's number for `synchronous = FULL`. */
const SYNCHRONOUS_FULL = 2;

export function connect(path: string, busyTimeoutMs: number): Result<Connections, OpenError> {
  const durable = new Database(path, { fileMustExist: true, timeout: busyTimeoutMs });
  return tryOpening(() =>
    migrate(durable)
      .andThen(() => configureDurable(durable))
      .map(() => createConnections(path, durable, busyTimeoutMs)),
  ).orTee(() => durable.close());
}

function createConnections(path: string, durable: Database.Database, busyTimeoutMs: number): Connections {
  const rowIds = createRowIdCache();
  const recent = createRecentCommits();
  const stored = createStoredRows(durable, recent);
  const schedule = openScheduleFile({
    path: schedulePathOf(path),
    busyTimeoutMs,
    storeId: stored.storeId(),
    prepare: (database) => createSchedule(database, stored, rowIds),
  });
  return {
    durable,
    schedule,
    rowIds,
    recent,
    tryWithoutWaiting: (work) => runWithoutWaiting(durable, busyTimeoutMs, work),
    checkpointWal: () => {
      durable.pragma("wal_checkpoint(PASSIVE)");
    },
    truncateWal: () => runWithoutWaiting(durable, busyTimeoutMs, () => void durable.pragma("wal_checkpoint(TRUNCATE)")),
    close: () => {
      schedule.close();
      durable.close();
    },
  };
}

function runWithoutWaiting(database: Database.Database, busyTimeoutMs: number, work: () => void): void {
  database.pragma("busy_timeout = 0");
  try {
    work();
  } finally {
    database.pragma(`busy_timeout = ${busyTimeoutMs}`);
  }
}

/** Exported for its tests. */
export function configureDurable(durable: Database.Database): Result<void, OpenError> {
  const mode = durable.pragma("journal_mode = WAL", { simple: true });
  if (mode !== "wal") return err({ type: "durability", detail: `journal_mode is ${String(mode)}, not wal` });
  boundWal(durable);
  // Deleted content is overwritten with zeros: it may have been a voucher code.
  durable.pragma("secure_delete = ON");
  return enforceFullSync(durable);
}

/** Bounds the log, and has its checkpoints wait for the disk as well. */
function boundWal(database: Database.Database): void {
  database.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
  database.pragma(`journal_size_limit = ${WAL_BYTES}`);
  // On macOS a plain fsync leaves the data in the drive's cache. On other systems these two do nothing.
  database.pragma("fullfsync = ON");
  database.pragma("checkpoint_fullfsync = ON");
}

/**
 * Makes every commit wait for the disk. At the first write to a WAL, SQLite may fall back to NORMAL by itself, so the setting is
 * checked after one.
 */
function enforceFullSync(durable: Database.Database): Result<void, OpenError> {
  durable.pragma("synchronous = FULL");
  // A write that changes nothing.
  durable.transaction(() => durable.pragma(`application_id = ${APPLICATION_ID}`)).immediate();
  const synchronous = Number(durable.pragma("synchronous", { simple: true }));
  return synchronous === SYNCHRONOUS_FULL
    ? ok()
    : err({ type: "durability", detail: `synchronous is ${synchronous} after the first write, not FULL` });
}
