import { resolve } from "node:path";
import { ok, type Result } from "neverthrow";
import { connect } from "./connection.ts";
import { prepareFile } from "./file.ts";
import { attemptToOpen, type OpenError } from "./open-error.ts";
import { createSqliteOutbox, type SqliteOutbox } from "./outbox.ts";

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

const DEFAULT_BUSY_TIMEOUT_MS = 2_000;

/**
 * Opens an outbox on a file, or creates one. Several processes may open the same file.
 *
 * @example
 * const outbox = openSqliteOutbox({ path: "till.db" });
 */
export function openSqliteOutbox(options: SqliteOutboxOptions): Result<SqliteOutbox, OpenError> {
  const { busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS, onCommit = () => {} } = options;
  const path = resolve(options.path.trim());
  return attemptToOpen(() =>
    prepareFile(path)
      .andThen(() => connect(path, busyTimeoutMs))
      .andThen((connections) =>
        attemptToOpen(() => ok(createSqliteOutbox(connections, onCommit))).orTee(connections.close),
      ),
  );
}
