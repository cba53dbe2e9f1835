// An outbox that is opened to be looked at. The server lets its session change nothing. It has no number among the processes that work with
// the outbox, so no till hears of it.

import { hostname } from "node:os";
import type { OutboxReader, Uuid, WorkAttempts } from "@electrum-vouchers/core";
import {
  findOptionFaults,
  ifGiven,
  type OptionChecks,
  type OutboxUnavailable,
  textOption,
  wholeNumberFrom,
} from "@electrum-vouchers/core/ports";
import { err, errAsync, ok, type Result, ResultAsync } from "neverthrow";
import { postgresOutboxClosed, toOutboxFailure } from "./failures.ts";
import { systemHostClock } from "./host-clock.ts";
import { createPostgresReading } from "./inspection/inspection.ts";
import { judgeSchema } from "./migrate-schema.ts";
import { DEFAULT_SCHEMA, MAX_PATIENCE_MS, toPostgresOpenError } from "./open.ts";
import { repeatPatiently } from "./patience.ts";
import type { PostgresOpenError, PostgresOutboxOptions } from "./postgres-outbox.ts";
import { type ConnectionPool, createReadingPool, type Statement } from "./server-connections.ts";
import { LIVING } from "./session.ts";
import { RECORD_COLUMNS, toRecord, type TransactionRow } from "./stored-row.ts";
import { fromColumnText } from "./texts.ts";

/** As those of an outbox. By default nothing is repeated: an operator would rather be told. */
export type PostgresReaderOptions = Pick<
  PostgresOutboxOptions,
  "connectionString" | "schema" | "worker" | "patienceMs"
>;

const checks: OptionChecks<PostgresReaderOptions> = {
  connectionString: textOption,
  schema: ifGiven(textOption),
  worker: ifGiven(textOption),
  patienceMs: ifGiven(wholeNumberFrom(0, MAX_PATIENCE_MS)),
};

/**
 * Opens an outbox to look at it, beside the tills that work with it. It creates and changes nothing.
 *
 * @example
 * const opened = await openPostgresReader({ connectionString: "postgresql://till@db.example/tills" });
 * if (opened.isErr()) throw new Error(`no outbox: ${opened.error.type}`);
 * const summary = await opened.value.summary(Date.now());
 */
export function openPostgresReader(given: PostgresReaderOptions): ResultAsync<OutboxReader, PostgresOpenError> {
  const options = { ...given };
  const faults = findOptionFaults(options, checks);
  return faults.length > 0 ? errAsync({ type: "options", faults }) : new ResultAsync(openToRead(options));
}

async function openToRead({
  connectionString,
  schema = DEFAULT_SCHEMA,
  worker = `${hostname()} ${process.pid}`,
  patienceMs = 0,
}: PostgresReaderOptions): Promise<Result<OutboxReader, PostgresOpenError>> {
  let pool: ConnectionPool | undefined;
  try {
    pool = createReadingPool({ connectionString, schema, worker });
    const judged = await judgeSchema(pool, schema);
    if (judged.isOk()) return ok(createReader(pool, patienceMs));
    await pool.close();
    return err(judged.error);
  } catch (error) {
    await pool?.close().catch(() => {});
    return err(toPostgresOpenError(error));
  }
}

const LOAD: Statement = { name: "load", text: `SELECT ${RECORD_COLUMNS} FROM transactions t WHERE t.id = $1` };

/** No character of an id comes after the last one of ASCII. */
const FIND_IDS: Statement = {
  name: "find-ids",
  text: `SELECT id FROM transactions WHERE id >= $1 AND id < $1 || '~' ORDER BY id LIMIT $2`,
};

const ATTEMPTS: Statement = {
  name: "attempts",
  text: `SELECT t.id, s.postponed, s.reason, s.due_at, s.available_at, s.instance FROM transactions t
    JOIN schedule s ON s.row_id = t.row_id AND s.version = t.version WHERE t.id = ANY($1::text[])`,
};

const LOCK_SPACE: Statement = { name: "lock-space", text: "SELECT 'instances'::regclass::oid::bigint AS lock_space" };

const FIND_LIVING: Statement = { name: "find-living", text: LIVING };

interface AttemptRow {
  readonly id: Uuid;
  readonly postponed: number;
  readonly reason: string | null;
  readonly due_at: number;
  readonly available_at: number;
  readonly instance: number | null;
}

function createReader(pool: ConnectionPool, patienceMs: number): OutboxReader {
  const reading = createPostgresReading(pool);
  const clock = systemHostClock();
  let isClosed = false;

  const whenOpen = <Value>(work: () => Promise<Value>): ResultAsync<Value, OutboxUnavailable> =>
    isClosed ? errAsync(postgresOutboxClosed) : new ResultAsync(repeatPatiently(patienceMs, work));

  return {
    load: (id) =>
      whenOpen(async () => {
        const [row] = await pool.run<TransactionRow>(LOAD, [id]);
        return row === undefined ? undefined : toRecord(row, clock);
      }),
    summary: (now) => whenOpen(() => reading.summary(now)),
    list: (query) => whenOpen(() => reading.list(query)),
    journal: (id) => whenOpen(() => reading.journal(id)),
    findIds: (prefix, limit) =>
      whenOpen(async () => (await pool.run<{ id: Uuid }>(FIND_IDS, [prefix, limit])).map(({ id }) => id)),
    attempts: (ids) => whenOpen(async () => (await pool.run<AttemptRow>(ATTEMPTS, [ids])).map(toAttempts)),
    countOthers: () =>
      whenOpen(async () => {
        const [row] = await pool.run<{ lock_space: number }>(LOCK_SPACE);
        return (await pool.run(FIND_LIVING, [row?.lock_space])).length;
      }),
    close: () => {
      if (isClosed) return errAsync(postgresOutboxClosed);
      isClosed = true;
      return ResultAsync.fromPromise(pool.close(), toOutboxFailure);
    },
  };
}

const toAttempts = ({ id, postponed, reason, due_at, available_at, instance }: AttemptRow): WorkAttempts => ({
  id,
  postponed,
  ...(reason === null ? {} : { reason: fromColumnText(reason) }),
  ...(available_at > due_at ? { notBefore: available_at } : {}),
  isLeased: instance !== null,
});
