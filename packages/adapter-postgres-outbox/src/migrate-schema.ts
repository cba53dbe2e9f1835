import { err, ok, type Result } from "neverthrow";
import type { PostgresOpenError } from "./postgres-outbox.ts";
import { schemaMigrations, SUPPORTED_SCHEMA_VERSION } from "./schema.ts";
import { type Connection, type ConnectionPool, quoteName, type Statement } from "./server-connections.ts";

/** Processes that open the outbox at once migrate one after the other. */
const LOCK: Statement = { name: "lock-schema", text: "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))" };

const FIND_SCHEMA: Statement = { name: "find-schema", text: "SELECT FROM pg_namespace WHERE nspname = $1" };

const FIND_TABLES: Statement = {
  name: "find-tables",
  text: `SELECT relname AS name FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = $1 AND relkind IN ('r', 'p', 'v', 'm')`,
};

const READ_VERSION: Statement = { name: "read-version", text: "SELECT schema_version FROM store" };

/** The tables that every version of the schema has. */
const TABLES = ["transactions", "journal", "store", "state_counts", "schedule", "schedule_filled"];

/** Whether a schema holds an outbox that this release can read. Changes nothing. */
export const judgeSchema = (
  pool: Pick<ConnectionPool, "use">,
  schema: string,
): Promise<Result<void, PostgresOpenError>> =>
  pool.use(async (connection) => {
    const tables = (await connection.run<{ name: string }>(FIND_TABLES, [schema])).map(({ name }) => name);
    if (!TABLES.every((name) => tables.includes(name)))
      return err({ type: "foreign", detail: `the schema ${schema} holds no outbox` });
    const found = await versionOf(connection);
    if (found > SUPPORTED_SCHEMA_VERSION) return err({ type: "newer", found, supported: SUPPORTED_SCHEMA_VERSION });
    return found === SUPPORTED_SCHEMA_VERSION
      ? ok()
      : err({
          type: "failed",
          detail: `its tables are of version ${found}: a till of this release must open it first`,
        });
  });

/** Creates the tables, or takes them to this release's version, in one transaction. A schema of another program's is left as it is. */
export const migrateSchema = (
  pool: Pick<ConnectionPool, "transact">,
  schema: string,
): Promise<Result<void, PostgresOpenError>> =>
  pool.transact(async (connection) => {
    await connection.run(LOCK, [`electrum-vouchers ${schema}`]);
    // Only if it is missing: a user who may not create schemas may use one that is there.
    if ((await connection.run(FIND_SCHEMA, [schema])).length === 0)
      await connection.execute(`CREATE SCHEMA ${quoteName(schema)}`);
    const tables = (await connection.run<{ name: string }>(FIND_TABLES, [schema])).map(({ name }) => name);
    if (tables.length > 0 && !TABLES.every((name) => tables.includes(name)))
      return err({ type: "foreign", detail: `the schema ${schema} holds other tables than those of an outbox` });
    return migrate(connection, tables.length === 0 ? 0 : await versionOf(connection));
  });

async function versionOf(connection: Connection): Promise<number> {
  const [row] = await connection.run<{ schema_version: number }>(READ_VERSION);
  return row?.schema_version ?? 0;
}

async function migrate(connection: Connection, found: number): Promise<Result<void, PostgresOpenError>> {
  if (found > SUPPORTED_SCHEMA_VERSION) return err({ type: "newer", found, supported: SUPPORTED_SCHEMA_VERSION });
  for (const migration of schemaMigrations.slice(found)) await connection.execute(migration);
  if (found < SUPPORTED_SCHEMA_VERSION)
    await connection.execute(`UPDATE store SET schema_version = ${SUPPORTED_SCHEMA_VERSION}`);
  return ok();
}
