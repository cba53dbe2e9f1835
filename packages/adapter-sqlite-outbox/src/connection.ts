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
// 5. Nothing but SQLite opens or closes either file while the process has it open; see `database-file.ts`.
// 6. Before a caller is told that a commit is durable, `durability.ts` and `file-watch.ts` are asked. What needs no commit works
//    without them: if the disk is full, the outbox opens and can be read.
//
// What it does not know: what is stored. `schema.ts` and `migrate.ts` do.
// Source: https://www.sqlite.org/wal.html and https://www.sqlite.org/pragma.html#pragma_synchronous

import type Database from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";
import { limitAccess } from "./access.ts";
import { migrateInRollbackMode } from "./creation.ts";
import { openDistrustful } from "./distrustful.ts";
import { createDurability, type Durability } from "./durability.ts";
import { type FileWatch, identityOf, watchFiles } from "./file-watch.ts";
import { judge, migrate } from "./migrate.ts";
import { tryOpening, toOpenErrorOf, type OpenError } from "./open-error.ts";
import type { BootClock } from "./boot-clock.ts";
import { createLiveness, type Liveness } from "./liveness.ts";
import { createRecentCommits, type RecentCommits } from "./recent-commits.ts";
import { ensureOwnSchema } from "./own-schema.ts";
import { createReserve, type Reserve } from "./reserve.ts";
import { createRowIdCache, type RowIdCache } from "./rowid-cache.ts";
import { createSchedule, type Schedule } from "./schedule/schedule.ts";
import { openScheduleFile, schedulePathOf, type ScheduleFile } from "./schedule/schedule-file.ts";
import { createStoredRows } from "./stored-rows.ts";
import { switchToWal } from "./wal-mode.ts";

/** Both files, open. */
export interface Connections {
  /** The first file. Every commit is on the disk before it returns. */
  readonly durable: Database.Database;
  /** The second file: leases and postponements. */
  readonly schedule: ScheduleFile<Schedule>;
  readonly rowIds: RowIdCache;
  readonly recent: RecentCommits;
  readonly liveness: Liveness;
  readonly bootClock: BootClock;
  readonly durability: Durability;
  readonly files: FileWatch;
  readonly reserve: Reserve;
  /** Runs best-effort work on `durable`, with no busy timeout. If the database is locked, it throws at once: it will run again. */
  tryWithoutWaiting(work: () => void): void;
  /** Checkpoints the WAL: copies it into the database. If no process reads from it, the next commit starts it again. */
  checkpointWal(): void;
  /**
   * Checkpoints and empties the WAL: what was deleted from the database must not stay in there. Gives whether it is empty, which it is
   * not while another process reads from it.
   */
  truncateWal(): boolean;
  close(): void;
}

export interface ConnectOptions {
  readonly busyTimeoutMs: number;
  readonly bootClock: BootClock;
  /** By what clock this process looks for the others. Default: the monotonic clock. */
  readonly readMs?: (() => number) | undefined;
  /** Whether an empty file is refused. Default: it is made an outbox. */
  readonly mustExist?: boolean;
}

/**
 * The bound on the WAL, in pages of 4 kB: at this size a commit checkpoints it. Usually it was checkpointed long before, between
 * commits; see maintenance.ts. It grows beyond the bound only while another process keeps a read open, and is truncated
 * afterwards. Up to the bound the file is not shrunk, since overwriting waits less for the disk than growing.
 */
const WAL_PAGES = 4_000;
const WAL_BYTES = WAL_PAGES * 4_096;

/** How often the file is opened, if another one is there afterwards. */
const ATTEMPTS = 2;

/**
 * Opens a file that is there. If another one is there afterwards, that one is opened: a file of a container's image, for instance,
 * is copied by its file system when it is first opened to be written.
 */
export function connect(
  path: string,
  options: ConnectOptions,
  attempts: number = ATTEMPTS,
): Result<Connections, OpenError> {
  const identity = identityOf(path);
  const durable = openDistrustful(path, { fileMustExist: true, timeout: options.busyTimeoutMs });
  return tryOpening(() =>
    judge(durable)
      .andThen((judgement) => (judgement === "empty" ? fillEmptyFile(durable, path, options) : ok()))
      .andTee(() => limitAccess(path))
      .andThen(() => configureDurable(durable))
      .andThen(() => startDurability(createDurability(durable, path)))
      .andThen((durability) =>
        migrate(durable)
          .andThen(() => ensureOwnSchema(durable))
          .map(() => createConnections(path, durable, durability, options)),
      )
      .andThen((connections) => {
        if (identityOf(path) === identity) return ok(connections);
        connections.close();
        return attempts > 1 ? connect(path, options, attempts - 1) : err(replacedWhileOpening);
      }),
  ).orTee(() => durable.close());
}

const fillEmptyFile = (
  durable: Database.Database,
  path: string,
  { mustExist }: ConnectOptions,
): Result<void, OpenError> => (mustExist === true ? err({ type: "missing", path }) : migrateInRollbackMode(durable));

/** What prevents a commit for now does not prevent reading. */
const startDurability = (durability: Durability): Result<Durability, OpenError> =>
  durability
    .ensure()
    .orElse((error) => (["busy", "full"].includes(error.reason) ? ok() : err(toOpenErrorOf(error))))
    .map(() => durability);

const replacedWhileOpening: OpenError = { type: "failed", detail: "it was replaced while it was opened" };

function createConnections(
  path: string,
  durable: Database.Database,
  durability: Durability,
  { busyTimeoutMs, bootClock, readMs }: ConnectOptions,
): Connections {
  const rowIds = createRowIdCache();
  const recent = createRecentCommits();
  const stored = createStoredRows(durable, recent);
  const liveness = createLiveness(path, readMs);
  const schedule = closeOnError(liveness, () =>
    openScheduleFile({
      path: schedulePathOf(path),
      beside: path,
      busyTimeoutMs,
      storeId: stored.storeId(),
      prepare: (database) => createSchedule(database, { stored, rowIds, liveness, bootClock }),
    }),
  );
  const isTruncated = (): boolean =>
    durability.watch(() => durable.prepare<[], number>("PRAGMA wal_checkpoint(TRUNCATE)").pluck().get() === 0);
  return {
    durable,
    schedule,
    rowIds,
    recent,
    liveness,
    bootClock,
    durability,
    files: watchFiles(path),
    reserve: createReserve(path),
    tryWithoutWaiting: (work) => runWithoutWaiting(durable, busyTimeoutMs, work),
    checkpointWal: () => durability.watch(() => void durable.pragma("wal_checkpoint(PASSIVE)")),
    truncateWal: () => runWithoutWaiting(durable, busyTimeoutMs, isTruncated),
    close: () => {
      liveness.close();
      schedule.close();
      durable.close();
    },
  };
}

function closeOnError<Value>(opened: { close(): void }, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    opened.close();
    throw error;
  }
}

function runWithoutWaiting<Value>(database: Database.Database, busyTimeoutMs: number, work: () => Value): Value {
  database.pragma("busy_timeout = 0");
  try {
    return work();
  } finally {
    database.pragma(`busy_timeout = ${busyTimeoutMs}`);
  }
}

/** Exported for its tests. */
export const configureDurable = (durable: Database.Database): Result<void, OpenError> =>
  switchToWal(durable).andTee(() => {
    boundWal(durable);
    durable.pragma("synchronous = FULL");
    // Deleted content is overwritten with zeros: it may have been a voucher code.
    durable.pragma("secure_delete = ON");
  });

/** Bounds the WAL, and makes its fsyncs reach the drive's medium. */
function boundWal(database: Database.Database): void {
  database.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
  database.pragma(`journal_size_limit = ${WAL_BYTES}`);
  // On macOS a plain fsync leaves the data in the drive's cache. On other systems these two do nothing.
  database.pragma("fullfsync = ON");
  database.pragma("checkpoint_fullfsync = ON");
}
