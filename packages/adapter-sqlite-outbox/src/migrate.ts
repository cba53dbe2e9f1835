import type { Database } from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";
import type { OpenError } from "./open-error.ts";
import { APPLICATION_ID, migrations, SCHEMA_VERSION } from "./schema.ts";

/** The tables that every version of the schema has. */
const TABLES = ["transactions", "journal", "store", "state_counts", "state_counts_fold"];

/** Migrates the schema to this release's version. It changes nothing in a foreign file, nor in one of a newer release. */
export function migrate(database: Database): Result<void, OpenError> {
  const tables = database.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck();
  const inspectTables = database.transaction(() => checkTables(versionOf(database), tables.all()));
  const inspected = inspectTables();
  if (inspected.isOk()) while (migrateOnce(database) < SCHEMA_VERSION);
  return inspected;
}

function checkTables(version: number, tables: readonly string[]): Result<void, OpenError> {
  if (version > SCHEMA_VERSION) return err({ type: "newer", found: version, supported: SCHEMA_VERSION });
  const isOurs = version === 0 ? tables.length === 0 : TABLES.every((name) => tables.includes(name));
  return isOurs ? ok() : err({ type: "foreign", detail: "its tables are not those of an outbox" });
}

/** Migrates by one version, if there is a newer one, and returns the version now. Another process may have migrated meanwhile. */
const migrateOnce = (database: Database): number =>
  database
    .transaction(() => {
      const version = versionOf(database);
      const migration = migrations[version];
      if (migration === undefined) return version;
      // From the first migration on, the file's header says that it is an outbox.
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.exec(migration);
      database.pragma(`user_version = ${version + 1}`);
      return version + 1;
    })
    .immediate();

const versionOf = (database: Database): number => Number(database.pragma("user_version", { simple: true }));
