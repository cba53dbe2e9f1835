import { resolve } from "node:path";
import { ok, type Result } from "neverthrow";
import { connect } from "./connection.ts";
import { prepareFile } from "./database-file.ts";
import { tryOpening, type OpenError } from "./open-error.ts";
import { createSqliteOutbox } from "./outbox.ts";
import type { SqliteOutbox, SqliteOutboxOptions } from "./sqlite-outbox.ts";

const DEFAULT_BUSY_TIMEOUT_MS = 2_000;

/**
 * Opens an outbox on a database file, or creates one. Several processes on one machine may open the same file; a network file
 * system is not safe for it. It never throws for what the disk or another process does: that is an {@link OpenError}.
 *
 * @example
 * const opened = openSqliteOutbox({ path: "till.db" });
 * if (opened.isErr()) throw new Error(`no outbox: ${opened.error.type}`);
 * const outbox = opened.value;
 */
export function openSqliteOutbox(options: SqliteOutboxOptions): Result<SqliteOutbox, OpenError> {
  const { busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS, onCommit = () => {} } = options;
  // Absolute, since the driver would take ":memory:" for a database without a file. Trimmed, since the driver trims as well.
  const path = resolve(options.path.trim());
  return tryOpening(() =>
    prepareFile(path)
      .andThen(() => connect(path, busyTimeoutMs))
      .andThen((connections) =>
        tryOpening(() => ok(createSqliteOutbox(connections, onCommit))).orTee(connections.close),
      ),
  );
}
