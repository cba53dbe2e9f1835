import { hostname } from "node:os";
import {
  CLOCK_TOLERANCE_MS,
  findOptionFaults,
  functionOption,
  ifGiven,
  type OptionChecks,
  textOption,
  wholeNumberFrom,
} from "@electrum-vouchers/core/ports";
import { err, errAsync, ok, type Result, ResultAsync } from "neverthrow";
import { sqlStateOf, toOutboxFailure } from "./failures.ts";
import { systemHostClock } from "./host-clock.ts";
import { migrateSchema } from "./migrate-schema.ts";
import { createPostgresOutbox } from "./outbox.ts";
import type { PostgresOpenError, PostgresOutbox, PostgresOutboxOptions } from "./postgres-outbox.ts";
import { createServerConnections, type ServerConnections, type Statement } from "./server-connections.ts";
import { openStoreSession } from "./session.ts";

export const DEFAULT_SCHEMA: string = "electrum_vouchers";
const DEFAULT_COMMITTERS = 2;
const DEFAULT_PATIENCE_MS = 10_000;

/** Each is a connection, and an fsync that others need not wait for. More than the server has cores are of no use. */
const MAX_COMMITTERS = 64;

/** Longer than a failover takes. */
export const MAX_PATIENCE_MS: number = 10 * 60_000;

const checks: OptionChecks<PostgresOutboxOptions> = {
  connectionString: textOption,
  schema: ifGiven(textOption),
  worker: ifGiven(textOption),
  committers: ifGiven(wholeNumberFrom(1, MAX_COMMITTERS)),
  patienceMs: ifGiven(wholeNumberFrom(0, MAX_PATIENCE_MS)),
  onCommit: ifGiven(functionOption),
};

/** Clocks that differ by more are worth a word, since grace and leases go by them. */
const NOTABLE_SKEW_MS = CLOCK_TOLERANCE_MS / 10;

/**
 * Opens the outbox in a schema of a PostgreSQL database, or creates it. Any number of processes on any number of hosts may open the same
 * one. It never rejects: what the server or the network does is a {@link PostgresOpenError}.
 *
 * @example
 * const opened = await openPostgresOutbox({ connectionString: "postgresql://till@db.example/tills" });
 * if (opened.isErr()) throw new Error(`no outbox: ${opened.error.type}`);
 * const outbox = opened.value;
 */
export function openPostgresOutbox(given: PostgresOutboxOptions): ResultAsync<PostgresOutbox, PostgresOpenError> {
  // Each option is read once.
  const options = { ...given };
  const faults = findOptionFaults(options, checks);
  return faults.length > 0 ? errAsync({ type: "options", faults }) : new ResultAsync(open(options));
}

async function open({
  connectionString,
  schema = DEFAULT_SCHEMA,
  worker = `${hostname()} ${process.pid}`,
  committers = DEFAULT_COMMITTERS,
  patienceMs = DEFAULT_PATIENCE_MS,
  onCommit = () => {},
}: PostgresOutboxOptions): Promise<Result<PostgresOutbox, PostgresOpenError>> {
  const options = { connectionString, schema, worker };
  let connections: ServerConnections | undefined;
  try {
    connections = createServerConnections(options, committers);
    const migrated = await migrateSchema(connections.operator, schema);
    if (migrated.isErr()) {
      await connections.close();
      return err(migrated.error);
    }
    const session = await openStoreSession({ ...options, ...(await register(connections)) }, connections.schedule);
    const clockAheadMs = await measureClock(connections);
    warnOfClock(clockAheadMs);
    return ok(
      createPostgresOutbox({
        connections,
        session,
        clock: systemHostClock(),
        clockAheadMs,
        committers,
        patienceMs,
        onCommit,
      }),
    );
  } catch (error) {
    await connections?.close().catch(() => {});
    return err(toPostgresOpenError(error));
  }
}

const REGISTER: Statement = {
  name: "register",
  text: "SELECT nextval('instances')::integer AS instance, 'instances'::regclass::oid::bigint AS lock_space",
};

/** Gives this process its number. */
async function register({
  operator,
}: ServerConnections): Promise<{ readonly instance: number; readonly lockSpace: number }> {
  const [row] = await operator.run<{ instance: number; lock_space: number }>(REGISTER);
  if (row === undefined) throw new RangeError("a sequence gives a number");
  return { instance: row.instance, lockSpace: row.lock_space };
}

const READ_CLOCK: Statement = {
  name: "read-clock",
  text: "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now",
};

/** By how much this host's clock is ahead of the server's. It is exact to half of what the question takes. */
async function measureClock({ schedule }: ServerConnections): Promise<number> {
  // The first statement of a connection takes longer.
  await schedule.run(READ_CLOCK);
  const askedAt = Date.now();
  const [row] = await schedule.run<{ now: number }>(READ_CLOCK);
  const answeredAt = Date.now();
  return Math.round((askedAt + answeredAt) / 2 - (row?.now ?? askedAt));
}

function warnOfClock(aheadMs: number): void {
  if (Math.abs(aheadMs) < NOTABLE_SKEW_MS) return;
  const detail = `${Math.abs(aheadMs)} ms ${aheadMs > 0 ? "ahead of" : "behind"} the server's`;
  process.emitWarning("This host's clock and the outbox's server differ: set them by NTP.", { detail });
}

export function toPostgresOpenError(error: unknown): PostgresOpenError {
  const { reason, detail } = toOutboxFailure(error);
  // The user, the password, the database's name, or what pg_hba.conf says.
  if (/^(28|3D000)/.test(sqlStateOf(error))) return { type: "authentication", detail };
  switch (reason) {
    case "unreachable":
      return { type: "unreachable", detail };
    case "readOnly":
      return { type: "readOnly", detail };
    case "busy":
      return { type: "locked", detail };
    case "notDurable":
      return { type: "durability", detail };
    default:
      return { type: sqlStateOf(error) === "42501" ? "readOnly" : "failed", detail };
  }
}
