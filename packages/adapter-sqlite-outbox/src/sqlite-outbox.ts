import type { Outbox, OutboxInspection, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import type { ResultAsync } from "neverthrow";
import type { BootClock } from "./boot-clock.ts";

/** The outbox on a SQLite file, and what operators need of it. */
export interface SqliteOutbox extends Outbox, OutboxInspection {
  /**
   * Copies the outbox to a new file while it is in use: as it is at one moment, with mode 0600, checked, and on the disk. It never
   * replaces a file. The copy stands alone, and can be opened as an outbox; what that means is in the guide on backup. It is a method of
   * this outbox alone, and no part of the port: other stores are backed up by means of their own.
   *
   * The check of the copy blocks the process as `check()` does. It may be run in a process of its own.
   */
  backup(path: string): ResultAsync<void, BackupError>;
  /**
   * How many other outboxes are open on the file now, by the locks that they hold: those of other processes, whatever they do with it,
   * and others of this one. A process counts, too, if it cannot be told whether it lives.
   */
  countOthers(): ResultAsync<number, OutboxUnavailable>;
}

/** Why there is no copy. Nothing bears its name. */
export type BackupError =
  | OutboxUnavailable
  /** There is a file of that name, or what is left of a database of that name. It is left as it is. */
  | { readonly type: "exists"; readonly path: string }
  /** The folder does not exist. It is not created. */
  | { readonly type: "missingDirectory"; readonly directory: string }
  /** The copy was made, and has these faults. So has the outbox. */
  | { readonly type: "damaged"; readonly faults: readonly string[] }
  /** It could not be written. */
  | { readonly type: "failed"; readonly detail: string };

export interface SqliteOutboxOptions {
  /**
   * The database file. It is created if it does not exist; its folder is not. Beside it SQLite puts `PATH-wal` and `PATH-shm`. The
   * outbox puts a second database there, `PATH-leases`, with the leases and postponements, `PATH-reserve`, which is given up
   * if the disk is full, and a `PATH-alive-ID` for each process that has it open. You may remove these while no process has the outbox open: they are made anew. To remove an outbox,
   * remove all of them; to copy one, call `backup`.
   */
  readonly path: string;
  /**
   * Whether the file must be an outbox already, for a program that looks at one, or recovers it: a mistyped path then creates
   * nothing, and an empty file is left as it is. Default false.
   */
  readonly mustExist?: boolean;
  /**
   * Whether to accept a file of another user's, a folder that all users can write, and another user's link in such a folder. Each of these
   * is refused (`unsafe`), since that user could read the voucher codes, or replace the file. Default false.
   */
  readonly allowSharedAccess?: boolean;
  /**
   * How long a call waits while another process writes to the file, in milliseconds; after that it gives `unavailable`, reason
   * `busy`. SQLite blocks the whole process meanwhile, so keep it short. Default 2000.
   */
  readonly busyTimeoutMs?: number;
  /**
   * A clock that cannot be set. It tells how long work has waited, whatever the wall clock says. Default: the system's, since the
   * machine was started. For tests in simulated time.
   */
  readonly bootClock?: BootClock;
  /** For metrics: called after each durable SQLite transaction, with the number of changes in it. Default: none. */
  readonly onCommit?: (changes: number) => void;
}
