// The connections of an outbox to its server.
//
//   commits   a group each; as many as there are committers     durable
//   schedule  leases and postponements, one after the other     `synchronous_commit=off`: it waits for no disk
//   reads     what the till loads                               two
//   operator  inspection and retention, with long statements    one, closed when it is idle
//   session   hears of other processes, shows that this lives   one, in `session.ts`
//
// Rules
// 1. Each connection is set up before its first statement: by what the server says then, not by what it said once.
// 2. A connection that was lost is thrown away. The pool makes a new one for the next statement.
// 3. The plans of commits and claims are made once, and must not follow what the tables held then: a plan for an empty table reads a
//    large one from end to end. So tables are read by their indexes alone there, and each statement names the keys of what it wants.

import pg from "pg";
import { isConnectionFailure, NOT_DURABLE } from "./failures.ts";

/** A statement, prepared under its name on each connection that runs it. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Runs statements on one connection. */
export interface Connection {
  run<Row extends object>(statement: Statement, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Runs a statement that is not prepared. */
  execute(text: string): Promise<void>;
}

export interface ConnectionPool {
  /** Runs one statement, on whatever connection is free: a transaction of its own. */
  run<Row extends object>(statement: Statement, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Holds one connection for some statements. */
  use<Value>(work: (connection: Connection) => Promise<Value>): Promise<Value>;
  /** Does work in one transaction. */
  transact<Value>(work: (connection: Connection) => Promise<Value>): Promise<Value>;
  /** Waits for what is under way, and closes. */
  close(): Promise<void>;
}

export interface ServerConnections {
  readonly commits: ConnectionPool;
  readonly schedule: ConnectionPool;
  readonly reads: ConnectionPool;
  readonly operator: ConnectionPool;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  readonly connectionString: string;
  readonly schema: string;
  readonly worker: string;
}

/** A statement of a till takes milliseconds. One that takes longer holds what others wait for. */
const STATEMENT_TIMEOUT_MS = 10_000;

/** A check reads everything. */
const OPERATOR_TIMEOUT_MS = 30 * 60_000;

/** The server ends its statement first, and says so. If nothing is heard at all, the network is gone. */
const SILENCE_MS = 5_000;

const CONNECT_TIMEOUT_MS = 5_000;

/** A connection of the till stays open. */
const NEVER_IDLE = 0;
const OPERATOR_IDLE_MS = 10_000;

const READERS = 2;

/** What a session is set up with, beside its schema. A dead network is noticed within half a minute, on either side. */
const COMMON_SETTINGS: Readonly<Record<string, string>> = {
  lock_timeout: "5000",
  idle_in_transaction_session_timeout: "10000",
  client_connection_check_interval: "1000",
  tcp_keepalives_idle: "10",
  tcp_keepalives_interval: "5",
  tcp_keepalives_count: "3",
  jit: "off",
};

/** See rule 3. */
export const PLAIN_PLANS: Readonly<Record<string, string>> = {
  plan_cache_mode: "force_generic_plan",
  enable_seqscan: "off",
  enable_bitmapscan: "off",
  enable_mergejoin: "off",
};

export function createServerConnections(options: ConnectionOptions, committers: number): ServerConnections {
  const create = (max: number, settings: SessionSettings): ConnectionPool =>
    createConnectionPool(options, max, settings);
  const commits = create(committers, PLAIN_PLANS);
  const schedule = create(1, { ...PLAIN_PLANS, synchronous_commit: "off" });
  const reads = create(READERS, PLAIN_PLANS);
  const operator = create(1, { plan_cache_mode: "force_custom_plan", statement_timeout: String(OPERATOR_TIMEOUT_MS) });
  return {
    commits,
    schedule,
    reads,
    operator,
    close: async () => {
      await Promise.all([commits, schedule, reads, operator].map((pool) => pool.close()));
    },
  };
}

/** For a process that looks at an outbox: one connection, which the server lets change nothing. */
export const createReadingPool = (options: ConnectionOptions): ConnectionPool =>
  createConnectionPool(options, 1, {
    default_transaction_read_only: "on",
    plan_cache_mode: "force_custom_plan",
    statement_timeout: String(OPERATOR_TIMEOUT_MS),
  });

type SessionSettings = Readonly<Record<string, string>>;

/** The driver's options for a connection. */
export const clientConfigOf = ({ connectionString, worker }: ConnectionOptions): pg.ClientConfig => ({
  connectionString,
  application_name: worker,
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  types: { getTypeParser: parserOf },
});

function createConnectionPool(options: ConnectionOptions, max: number, settings: SessionSettings): ConnectionPool {
  const isOperators = settings["statement_timeout"] !== undefined;
  const pool = new pg.Pool({
    ...clientConfigOf(options),
    max,
    idleTimeoutMillis: isOperators ? OPERATOR_IDLE_MS : NEVER_IDLE,
    query_timeout: (isOperators ? OPERATOR_TIMEOUT_MS : STATEMENT_TIMEOUT_MS) + SILENCE_MS,
    verify: (client, done) => {
      prepareSession(client, options.schema, settings).then(() => done(), done);
    },
  });
  // A connection that is lost while it is idle is no news: the next statement gets another.
  pool.on("error", ignore);
  // Without a listener of its own, the end of a connection that is in use would end the process.
  pool.on("connect", (client) => void client.on("error", ignore));

  async function use<Value>(work: (connection: Connection) => Promise<Value>): Promise<Value> {
    const client = await pool.connect();
    let isLost = false;
    try {
      return await work(connectionOver(client));
    } catch (error) {
      isLost = isConnectionFailure(error);
      throw error;
    } finally {
      client.release(isLost);
    }
  }

  return {
    use,
    run: (statement, values) => use((connection) => connection.run(statement, values)),
    transact: (work) => use((connection) => transact(connection, work)),
    close: () => pool.end(),
  };
}

const ignore = (): void => {};

const connectionOver = (client: pg.ClientBase): Connection => ({
  run: async <Row extends object>({ name, text }: Statement, values: readonly unknown[] = []) =>
    (await client.query<Row>({ name, text, values: [...values] })).rows,
  execute: async (text) => void (await client.query(text)),
});

async function transact<Value>(
  connection: Connection,
  work: (connection: Connection) => Promise<Value>,
): Promise<Value> {
  await connection.execute("BEGIN");
  try {
    const value = await work(connection);
    await connection.execute("COMMIT");
    return value;
  } catch (error) {
    if (!isConnectionFailure(error)) await connection.execute("ROLLBACK");
    throw error;
  }
}

/**
 * Sets a session up. It fails if what is committed over it might be lost. What the server says of commits now is kept: a later change of
 * its defaults does not reach this session.
 */
export async function prepareSession(client: pg.ClientBase, schema: string, settings: SessionSettings): Promise<void> {
  const { rows } = await client.query<Durability>(
    "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit",
  );
  const [durability = { fsync: "", synchronous_commit: "" }] = rows;
  const fault = findDurabilityFault(durability);
  if (fault !== undefined) throw new Error(`${NOT_DURABLE}${fault}`);
  const all = {
    search_path: quoteName(schema),
    statement_timeout: String(STATEMENT_TIMEOUT_MS),
    synchronous_commit: durability.synchronous_commit,
    ...COMMON_SETTINGS,
    ...settings,
  };
  await client.query(
    "SELECT set_config(name, value, false) FROM unnest($1::text[], $2::text[]) AS setting (name, value)",
    [Object.keys(all), Object.values(all)],
  );
}

interface Durability {
  readonly fsync: string;
  readonly synchronous_commit: string;
}

function findDurabilityFault({ fsync, synchronous_commit: commits }: Durability): string | undefined {
  if (fsync !== "on") return "fsync is off on the server";
  return commits === "off" ? "synchronous_commit is off for this user, this database or the server" : undefined;
}

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const INT8 = 20;

/** The driver gives 64-bit numbers as text, since not all of them are exact. All of ours are. */
function parserOf(oid: number, format?: "text" | "binary"): (value: string) => unknown {
  if (oid === INT8) return Number;
  // oxlint-disable-next-line typescript/no-unsafe-return, typescript/no-unsafe-enum-assignment -- the driver's own types say any, and have a name for each known type alone
  return pg.types.getTypeParser(oid, format);
}
