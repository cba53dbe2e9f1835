import { resolve } from "node:path";
import { ok, type Result } from "neverthrow";
import { connect } from "./connection.ts";
import { prepareFile } from "./database-file.ts";
import { tryOpening, type OpenError } from "./open-error.ts";
import { createSqliteOutbox } from "./outbox.ts";
import type { SqliteOutbox, SqliteOutboxOptions } from "./sqlite-outbox.ts";

const DEFAULT_BUSY_TIMEOUT_MS = 2_000;

/**
 * Opens an outbox on a file, or creates one. Several processes may open the same file.
 *
 * @example
 * const outbox = openSqliteOutbox({ path: "till.db" });
 */
export function openSqliteOutbox(options: SqliteOutboxOptions): Result<SqliteOutbox, OpenError> {
  const { busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS, onCommit = () => {} } = options;
  // The driver trims a path as well, and takes ":memory:" for none unless it is absolute.
  const path = resolve(options.path.trim());
  return tryOpening(() =>
    prepareFile(path)
      .andThen(() => connect(path, busyTimeoutMs))
      .andThen((connections) =>
        tryOpening(() => ok(createSqliteOutbox(connections, onCommit))).orTee(connections.close),
      ),
  );
}
