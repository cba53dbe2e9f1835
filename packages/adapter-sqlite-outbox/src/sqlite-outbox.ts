import type { Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";

/** The outbox on a SQLite file, and what operators need of it. */
export type SqliteOutbox = Outbox & OutboxInspection;

export interface SqliteOutboxOptions {
  /**
   * The database file. It is created if it does not exist; its folder is not. Beside it SQLite puts `PATH-wal` and `PATH-shm`, and
   * the outbox puts a second database, `PATH-leases`, with the leases and postponements. You may remove that one while no
   * process has the outbox open: the outbox makes it anew. To remove an outbox, remove all of them; to copy one, leave `PATH-leases` out.
   */
  readonly path: string;
  /**
   * How long a call waits while another process writes to the file, in milliseconds; after that it gives `unavailable`, reason
   * `busy`. SQLite blocks the whole process meanwhile, so keep it short. Default 2000.
   */
  readonly busyTimeoutMs?: number;
  /** For metrics: called after each durable SQLite transaction, with the number of changes in it. Default: none. */
  readonly onCommit?: (changes: number) => void;
}
