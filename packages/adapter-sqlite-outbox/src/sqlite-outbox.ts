import type { Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";

/** The outbox on a SQLite file, and the look into it. */
export type SqliteOutbox = Outbox & OutboxInspection;

export interface SqliteOutboxOptions {
  /** The database file. It is created where it does not exist; its folder is not. */
  readonly path: string;
  /**
   * How long a call waits while another process writes to the file, in milliseconds. The whole process waits, so keep it
   * short. Default 2 seconds.
   */
  readonly busyTimeoutMs?: number;
  /** Told of each transaction that was committed durably, and of how many commits it carried: for metrics. Default: nobody. */
  readonly onCommit?: (changes: number) => void;
}
