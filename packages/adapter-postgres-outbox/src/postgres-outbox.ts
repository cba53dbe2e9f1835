import type { MessageFault } from "@electrum-vouchers/core";
import type { Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";

/** The outbox on a PostgreSQL server, and what operators need of it. */
export interface PostgresOutbox extends Outbox, OutboxInspection {
  /**
   * By how much this host's clock was ahead of the server's when the outbox was opened; negative if it was behind. Work of another
   * host is taken over a grace after it is due, so the grace must be longer than the clocks differ.
   */
  readonly clockAheadMs: number;
}

export interface PostgresOutboxOptions {
  /** `postgresql://user:password@host:5432/database`. Other parameters, such as `sslmode`, as the driver `pg` knows them. */
  readonly connectionString: string;
  /** The schema that holds the outbox. It is created if it does not exist. Default `electrum_vouchers`. */
  readonly schema?: string;
  /** What operators see this process as in the server's list of connections. It need not be unique. Default: host and process id. */
  readonly worker?: string;
  /** How many groups of commits may be under way at once, each on a connection of its own. Default 2. */
  readonly committers?: number;
  /**
   * How long a call goes on trying if the server cannot be reached, in milliseconds. It is also how long the end of a commit may stay
   * unknown. Default 10000.
   */
  readonly patienceMs?: number;
  /** For metrics: called after each durable group of commits, with the number of its changes. Default: none. */
  readonly onCommit?: (changes: number) => void;
}

/** Why an outbox could not be opened. Nothing of another program's was changed. */
export type PostgresOpenError =
  /** The options are wrong: all their faults. Nothing was opened. */
  | { readonly type: "options"; readonly faults: readonly MessageFault[] }
  /** No server answers, or it does not accept connections now. */
  | { readonly type: "unreachable"; readonly detail: string }
  /** The server refuses the user, the password or the database's name. */
  | { readonly type: "authentication"; readonly detail: string }
  /** A newer release made the tables: their version is `found`. */
  | { readonly type: "newer"; readonly found: number; readonly supported: number }
  /** The schema holds something else. */
  | { readonly type: "foreign"; readonly detail: string }
  /** With these settings a commit might not survive a crash of the server. */
  | { readonly type: "durability"; readonly detail: string }
  /** The server is a replica, or the user may not write. */
  | { readonly type: "readOnly"; readonly detail: string }
  /** The server has no connection to spare, or another process holds a lock for too long. */
  | { readonly type: "locked"; readonly detail: string }
  | { readonly type: "failed"; readonly detail: string };
