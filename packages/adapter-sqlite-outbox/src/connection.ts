// The connections to the two files of an outbox.
//
//   durable    the first file: transactions, their journal and the counts by state. synchronous = FULL: a commit returns once its
//              frames in the write-ahead log (WAL) are on the disk (one fsync).
//   schedule   the second file, `PATH-leases`: leases and postponements. It never waits for the disk, and may be lost; see
//              schedule/schedule.ts.
//
// Rules
// 1. The first file gets nothing but durable commits. Pages that need not survive a power loss never stand before them in its WAL.
// 2. `synchronous` is read back after a first write, since SQLite may fall back to NORMAL there by itself. If it is not FULL,
//    opening fails: an outbox that is not durable must not start.
// 3. The WAL is copied into the database (a *checkpoint*) between commits, so that no commit pays for it; see `maintenance.ts`.
//    SQLite's automatic checkpoint remains as the bound.
// 4. Best-effort work never waits for a lock (`tryWithoutWaiting`), since better-sqlite3 is synchronous: a wait stops the whole
//    process.
// 5. Nothing but SQLite opens or closes either file while the process has it open. If the process closes any other descriptor of
//    a file, it gives up all its locks on that file (POSIX).
//
// What it does not know: what is stored. `schema.ts` and `migrate.ts` do.
// Source: https://www.sqlite.org/wal.html and https://www.sqlite.org/pragma.html#pragma_synchronous

import Database from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";
import { migrate } from "./migrate.ts";
import { tryOpening, type OpenError } from "./open-error.ts";
import { createRecentCommits, type RecentCommits } from "./recent-commits.ts";
import { createRowIdCache, type RowIdCache } from "./rowid-cache.ts";
import { createSchedule, type Schedule } from "./schedule/schedule.ts";
import { openScheduleFile, schedulePathOf, type ScheduleFile } from "./schedule/schedule-file.ts";
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
  /** Runs best-effort work on `durable`, with no busy timeout. If the database is locked, it throws at once: it will run again. */
  tryWithoutWaiting(work: () => void): void;
  /** Checkpoints the WAL: copies it into the database. If no process reads from it, the next commit starts it again. */
  checkpointWal(): void;
  /** Checkpoints and empties the WAL if no process reads from it: what was deleted from the database must not stay in there. */
  truncateWal(): void;
  close(): void;
}

/**
 * The bound on the WAL, in pages of 4 kB: at this size a commit checkpoints it. Usually it was checkpointed long before, between
 * commits; see maintenance.ts. It grows beyond the bound only while another process keeps a read open, and is truncated
 * afterwards. Up to the bound the file is not shrunk, since overwriting waits less for the disk than growing.
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

/** Bounds the WAL, and makes its fsyncs reach the drive's medium. */
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
