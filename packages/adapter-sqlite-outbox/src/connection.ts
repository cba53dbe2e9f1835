import Database from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";
import { migrate } from "./migrate.ts";
import { tryOpening, type OpenError } from "./open-error.ts";
import { APPLICATION_ID } from "./schema.ts";

/** The two ways to the one file. */
export interface Connections {
  /** Every commit is on the disk before it returns. */
  readonly durable: Database.Database;
  /** For leases, postponements and sums: its commits are seen by everybody at once, and reach the disk with the next durable one. */
  readonly relaxed: Database.Database;
  /** Does, over `hasty`, what there is always a next time for: not worth waiting for whoever else writes or reads. */
  tryWithoutWaiting(work: () => void): void;
  /** Copies the write-ahead log into the file, so that the next commit begins it anew where nobody reads from it. */
  checkpointWal(): void;
  /** Empties the write-ahead log, where nobody is reading: what was deleted from the file must not live on in there. */
  truncateWal(): void;
  close(): void;
}

/**
 * How far the write-ahead log grows, in pages of 4 kB, before a commit or a lease copies it into the file by itself. Usually it
 * is copied long before, between commits; see upkeep.ts. It grows beyond its bound only while another process keeps a read open,
 * and is cut back afterwards. Up to its bound it keeps its room on the disk: writing over what is there waits less for the disk
 * than growing.
 */
const WAL_PAGES = 4_000;
const WAL_BYTES = WAL_PAGES * 4_096;

/** As SQLite numbers them. */
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
  // What is deleted is overwritten: it may have been a voucher code.
  durable.pragma("secure_delete = ON");
  return enforceFullSync(durable);
}

/** Bounds the log, and copies it with care. */
function boundWal(database: Database.Database): void {
  database.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
  database.pragma(`journal_size_limit = ${WAL_BYTES}`);
  // On macOS an ordinary fsync leaves the data in the drive's cache. Elsewhere these two do nothing.
  database.pragma("fullfsync = ON");
  database.pragma("checkpoint_fullfsync = ON");
}

/**
 * Has every commit wait for the disk. SQLite falls back to NORMAL by itself, at the first write to a write-ahead log, so what
 * counts is what holds after one.
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
