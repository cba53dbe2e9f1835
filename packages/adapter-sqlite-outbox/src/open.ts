import { resolve } from "node:path";
import {
  findOptionFaults,
  flagOption,
  functionOption,
  type OptionChecks,
  ifGiven,
  portOption,
  textOption,
  wholeNumberFrom,
} from "@electrum-vouchers/core/ports";
import { err, ok, type Result } from "neverthrow";
import { followLinks } from "./access.ts";
import { systemBootClock } from "./boot-clock.ts";
import { connect, type Connections } from "./connection.ts";
import { prepareFile } from "./database-file.ts";
import { openOnFullDisk } from "./full-disk.ts";
import { tryOpening, type OpenError } from "./open-error.ts";
import { createSqliteOutbox } from "./outbox.ts";
import { createReserve } from "./reserve.ts";
import type { SqliteOutbox, SqliteOutboxOptions } from "./sqlite-outbox.ts";

const DEFAULT_BUSY_TIMEOUT_MS = 2_000;

/** A minute. SQLite blocks the whole process meanwhile. */
const MAX_BUSY_TIMEOUT_MS = 60_000;

const checks: OptionChecks<SqliteOutboxOptions> = {
  path: textOption,
  mustExist: ifGiven(flagOption),
  allowSharedAccess: ifGiven(flagOption),
  busyTimeoutMs: ifGiven(wholeNumberFrom(0, MAX_BUSY_TIMEOUT_MS)),
  bootClock: ifGiven(portOption("readMs")),
  onCommit: ifGiven(functionOption),
};

/**
 * Opens an outbox on a database file, or creates one. Several processes on one machine may open the same file; a network file
 * system is not safe for it. It never throws for what the disk or another process does: that is an {@link OpenError}.
 *
 * @example
 * const opened = openSqliteOutbox({ path: "till.db" });
 * if (opened.isErr()) throw new Error(`no outbox: ${opened.error.type}`);
 * const outbox = opened.value;
 */
export function openSqliteOutbox(given: SqliteOutboxOptions): Result<SqliteOutbox, OpenError> {
  // Each option is read once.
  const options = { ...given };
  const faults = findOptionFaults(options, checks);
  if (faults.length > 0) return err({ type: "options", faults });
  const {
    mustExist = false,
    allowSharedAccess = false,
    busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS,
    bootClock = systemBootClock(),
    onCommit = () => {},
  } = options;
  // Absolute, since the driver would take ":memory:" for a database without a file. Trimmed, since the driver trims as well.
  const givenPath = resolve(options.path.trim());
  const connectTo = (path: string): Result<Connections, OpenError> =>
    tryOpening(() =>
      prepareFile(path, mustExist, allowSharedAccess).andThen(() =>
        connect(path, { busyTimeoutMs, bootClock, mustExist, readMs: options.bootClock?.readMs }),
      ),
    );
  return tryOpening(() => followLinks(givenPath, allowSharedAccess))
    .andThen((path) => openOnFullDisk(() => connectTo(path), createReserve(path)))
    .andThen((connections) =>
      tryOpening(() => {
        const outbox = createSqliteOutbox(connections, onCommit);
        connections.reserve.begin();
        return ok(outbox);
      }).orTee(connections.close),
    );
}
