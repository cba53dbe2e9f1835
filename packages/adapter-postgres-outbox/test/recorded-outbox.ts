import { systemHostClock } from "../src/host-clock.ts";
import { createPostgresOutbox } from "../src/outbox.ts";
import type { PostgresOutbox } from "../src/postgres-outbox.ts";
import {
  type Connection,
  type ConnectionPool,
  createServerConnections,
  type Statement,
} from "../src/server-connections.ts";
import { openStoreSession } from "../src/session.ts";
import type { DatabaseStore } from "./database-store.ts";

/** An outbox with the statements that its till has run so far, and those that operators have. */
export interface RecordedOutbox {
  readonly outbox: PostgresOutbox;
  readonly tillStatements: ReadonlyMap<string, Statement>;
  readonly operatorStatements: ReadonlyMap<string, Statement>;
}

/** No sequence gives such a number in a test. */
const INSTANCE = 1_000_000;

export async function openRecorded(store: DatabaseStore): Promise<RecordedOutbox> {
  await store.open();
  const [row] = await store.schema.query("SELECT 'instances'::regclass::oid::int AS lock_space");
  const options = { connectionString: store.connectionString, schema: store.schema.name, worker: "recorded" };
  const connections = createServerConnections(options, 1);
  const [tillStatements, operatorStatements] = [new Map<string, Statement>(), new Map<string, Statement>()];
  const { commits, schedule, reads, operator } = connections;
  const session = await openStoreSession(
    { ...options, instance: INSTANCE, lockSpace: Number(row?.["lock_space"]) },
    schedule,
  );
  const outbox = createPostgresOutbox({
    connections: {
      ...connections,
      commits: recordPool(commits, tillStatements),
      schedule: recordPool(schedule, tillStatements),
      reads: recordPool(reads, tillStatements),
      operator: recordPool(operator, operatorStatements),
    },
    session,
    clock: systemHostClock(),
    clockAheadMs: 0,
    committers: 1,
    patienceMs: 1_000,
    onCommit: () => {},
  });
  return { outbox, tillStatements, operatorStatements };
}

function recordPool(pool: ConnectionPool, statements: Map<string, Statement>): ConnectionPool {
  const record = (connection: Connection): Connection => ({
    ...connection,
    run: (statement, values) => {
      statements.set(statement.name, statement);
      return connection.run(statement, values);
    },
  });
  return {
    ...pool,
    run: (statement, values) => pool.use((connection) => record(connection).run(statement, values)),
    use: (work) => pool.use((connection) => work(record(connection))),
    transact: (work) => pool.transact((connection) => work(record(connection))),
  };
}
