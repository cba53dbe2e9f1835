// The two connections to the one database file.
//
//   durable   synchronous = FULL: a commit returns once its frames in the write-ahead log (WAL) are on the disk (one fsync).
//             It writes what must survive a power loss: transactions, their journal, retention.
//   relaxed   synchronous = NORMAL: a commit returns once its frames are in the operating system's cache. It writes what may
//             be lost: leases, postponements, counts. Without an fsync each, claiming costs little.
//
// Rules
// 1. Both write to the same WAL, in order, so a durable commit also makes all earlier relaxed ones durable. A power loss can
//    only take relaxed commits that came after the last durable one. A crash of the process alone takes none.
// 2. Losing a relaxed commit is harmless: a lost lease or postponement means that work is done sooner, and the version keeps
//    two workers from committing the same step. A lost fold of the counts is done again.
// 3. `synchronous` is read back after a first write, since SQLite may fall back to NORMAL there by itself. If it is not FULL,
//    opening fails: an outbox that is not durable must not start.
// 4. The WAL is copied into the database (a *checkpoint*) between commits, so that no commit pays for it; see `maintenance.ts`.
//    SQLite's automatic checkpoint remains as the bound.
// 5. Best-effort work never waits for a lock (`tryWithoutWaiting`), since better-sqlite3 is synchronous: a wait stops the whole
//    process.
//
// What it does not know: what is stored. `schema.ts` and `migrate.ts` do.
// Source: https://www.sqlite.org/wal.html and https://www.sqlite.org/pragma.html#pragma_synchronous

import Database from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";
import { migrate } from "./migrate.ts";
import { tryOpening, type OpenError } from "./open-error.ts";
import { APPLICATION_ID } from "./schema.ts";

/** The two connections to the one file. */
export interface Connections {
  /** Every commit is on the disk before it returns. */
  readonly durable: Database.Database;
  /** For leases, postponements and counts. Its commits are visible at once, and durable with the next durable commit. */
  readonly relaxed: Database.Database;
  /** Runs best-effort work on `relaxed`, with no busy timeout. If the database is locked, it throws at once: it will run again. */
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
  const open = (): Database.Database => new Database(path, { fileMustExist: true, timeout: busyTimeoutMs });
  const durable = open();
  return tryOpening(() =>
    migrate(durable)
      .andThen(() => configureDurable(durable))
      .map(() => createConnections(durable, configureRelaxed(open()), busyTimeoutMs)),
  ).orTee(() => durable.close());
}

const createConnections = (
  durable: Database.Database,
  relaxed: Database.Database,
  busyTimeoutMs: number,
): Connections => ({
  durable,
  relaxed,
  tryWithoutWaiting: (work) => runWithoutWaiting(relaxed, busyTimeoutMs, work),
  checkpointWal: () => {
    durable.pragma("wal_checkpoint(PASSIVE)");
  },
  truncateWal: () => runWithoutWaiting(durable, busyTimeoutMs, () => void durable.pragma("wal_checkpoint(TRUNCATE)")),
  close: () => {
    relaxed.close();
    durable.close();
  },
});

function runWithoutWaiting(database: Database.Database, busyTimeoutMs: number, work: () => void): void {
  database.pragma("busy_timeout = 0");
  try {
    work();
  } finally {
    database.pragma(`busy_timeout = ${busyTimeoutMs}`);
  }
}

function configureRelaxed(relaxed: Database.Database): Database.Database {
  relaxed.pragma("synchronous = NORMAL");
  boundWal(relaxed);
  return relaxed;
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
