// An outbox that is opened to be looked at.
//
// Rules
// 1. The file is opened read-only. SQLite puts `-wal` and `-shm` beside it if they are missing, and this process changes nothing else:
//    it makes no lock file, fills no reserve, and migrates nothing.
// 2. If the disk has no room even for `-shm`, a piece of the reserve is given back, as when a till opens the outbox.
// 3. What the second file knows is shown if it is there and belongs to this store. It is never needed.
// 4. Whose file it is, is not asked: what is read is shown escaped, and nothing is believed that a commit rests on.
//
// What it does not know: whether a commit would be durable.

import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { OutboxReader, Uuid, WorkAttempts } from "@electrum-vouchers/core";
import {
  findOptionFaults,
  ifGiven,
  type OptionChecks,
  type OutboxUnavailable,
  textOption,
  wholeNumberFrom,
} from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { err, errAsync, ok, type Result, ResultAsync } from "neverthrow";
import { systemBootClock } from "./boot-clock.ts";
import { findLeftovers } from "./creation.ts";
import { openDistrustful } from "./distrustful.ts";
import { outboxClosed, trySqlite } from "./errors.ts";
import { openOnFullDisk } from "./full-disk.ts";
import { createInspection } from "./inspection.ts";
import { countAlive } from "./liveness.ts";
import { judge } from "./migrate.ts";
import { type OpenError, tryOpening } from "./open-error.ts";
import { createReserve } from "./reserve.ts";
import { BOUND, BOUND_LIST, STORED_COLUMNS, type StoredRow, storedOf } from "./rows.ts";
import { schedulePathOf } from "./schedule/schedule-file.ts";
import { SCHEDULE_APPLICATION_ID, SCHEDULE_VERSION } from "./schedule/schema.ts";
import { createStateCounts } from "./state-counts.ts";

export interface SqliteReaderOptions {
  /** The database file of an outbox. */
  readonly path: string;
  /** How long a call waits while another process locks the file, in milliseconds. Default 2000. */
  readonly busyTimeoutMs?: number;
}

const DEFAULT_BUSY_TIMEOUT_MS = 2_000;
const MAX_BUSY_TIMEOUT_MS = 60_000;

const checks: OptionChecks<SqliteReaderOptions> = {
  path: textOption,
  busyTimeoutMs: ifGiven(wholeNumberFrom(0, MAX_BUSY_TIMEOUT_MS)),
};

/**
 * Opens an outbox to look at it, beside the tills that work with it. It creates and changes nothing.
 *
 * @example
 * const opened = openSqliteReader({ path: "till.db" });
 * if (opened.isErr()) throw new Error(`no outbox: ${opened.error.type}`);
 * const summary = await opened.value.summary(Date.now());
 */
export function openSqliteReader(given: SqliteReaderOptions): Result<OutboxReader, OpenError> {
  const options = { ...given };
  const faults = findOptionFaults(options, checks);
  if (faults.length > 0) return err({ type: "options", faults });
  const path = resolve(options.path.trim());
  const { busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS } = options;
  return tryOpening(() => findFile(path))
    .andThen(() => openOnFullDisk(() => tryOpening(() => openToRead(path, busyTimeoutMs)), createReserve(path)))
    .map((database) => createReader(path, database));
}

function findFile(path: string): Result<void, OpenError> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) return err({ type: "foreign", detail: "it is no file" });
  if (found !== undefined && found.size > 0) return ok();
  const files = findLeftovers(path);
  return err(files.length > 0 && found === undefined ? { type: "leftover", files } : { type: "missing", path });
}

function openToRead(path: string, timeout: number): Result<Database, OpenError> {
  const database = openDistrustful(path, { readonly: true, fileMustExist: true, timeout });
  return tryOpening(() =>
    judge(database).andThen(
      (judgement): Result<Database, OpenError> =>
        judgement === "outbox" ? ok(database) : err({ type: "missing", path }),
    ),
  ).orTee(() => database.close());
}

function createReader(path: string, database: Database): OutboxReader {
  const inspection = createInspection(database, createStateCounts(database));
  const bootClock = systemBootClock();
  const load = database.prepare<[Uuid], StoredRow>(`SELECT ${STORED_COLUMNS} FROM transactions WHERE id = ${BOUND}`);
  // No character of an id comes after the last one of ASCII.
  const findIds = database
    .prepare<[string, string, number], Uuid>(
      "SELECT id FROM transactions WHERE id >= ? AND id < ? || '~' ORDER BY id LIMIT ?",
    )
    .pluck();
  const schedule = attachSchedule(path, database);

  const whenOpen = <Value>(work: () => Value): ResultAsync<Value, OutboxUnavailable> =>
    database.open ? new ResultAsync(Promise.resolve(trySqlite(work))) : errAsync(outboxClosed);

  return {
    load: (id) =>
      whenOpen(() => {
        const row = load.get(id);
        return row === undefined ? undefined : storedOf(row, bootClock);
      }),
    summary: (now) => whenOpen(() => ({ ...inspection.summary(now), halted: schedule?.countHalted() ?? 0 })),
    list: (query) => whenOpen(() => inspection.list(query)),
    journal: (id) => whenOpen(() => inspection.journal(id)),
    findIds: (prefix, limit) => whenOpen(() => findIds.all(prefix, prefix, limit)),
    attempts: (ids) => whenOpen(() => schedule?.attempts(ids) ?? []),
    countOthers: () => whenOpen(() => countAlive(path)),
    close: () => whenOpen(() => void database.close()),
  };
}

interface ScheduleReader {
  countHalted(): number;
  attempts(ids: readonly Uuid[]): readonly WorkAttempts[];
}

interface AttemptRow {
  readonly id: Uuid;
  readonly postponed: number;
  readonly reason: string | null;
  readonly due_at: number;
  readonly available_at: number;
  readonly worker: string | null;
}

/** What the second file knows of the first; nothing if it is not there, or is another store's. */
function attachSchedule(path: string, database: Database): ScheduleReader | undefined {
  const isOurs = trySqlite(() => {
    database.prepare("ATTACH ? AS leases").run(schedulePathOf(path));
    const numberOf = (pragma: string): number => Number(database.pragma(`leases.${pragma}`, { simple: true }));
    return (
      numberOf("application_id") === SCHEDULE_APPLICATION_ID &&
      numberOf("user_version") === SCHEDULE_VERSION &&
      database.prepare("SELECT 1 FROM leases.progress JOIN main.store ON store_id = store.id").get() !== undefined
    );
  });
  if (!isOurs.unwrapOr(false)) return undefined;
  const halted = database
    .prepare<[], number>(
      "SELECT count(*) FROM leases.schedule JOIN main.transactions USING (row_id, version) WHERE cause = 'halted'",
    )
    .pluck();
  const attempts = database.prepare<[string], AttemptRow>(
    `SELECT id, postponed, reason, s.due_at, available_at, worker
     FROM main.transactions JOIN leases.schedule AS s USING (row_id, version) WHERE id IN ${BOUND_LIST}`,
  );
  return {
    countHalted: () => halted.get() ?? 0,
    attempts: (ids) => attempts.all(JSON.stringify(ids)).map(toAttempts),
  };
}

const toAttempts = ({ id, postponed, reason, due_at, available_at, worker }: AttemptRow): WorkAttempts => ({
  id,
  postponed,
  ...(reason === null ? {} : { reason }),
  ...(available_at > due_at ? { notBefore: available_at } : {}),
  isLeased: worker !== null,
});
