import type { Database } from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";
import type { OpenError } from "./open-error.ts";
import { APPLICATION_ID, migrations, SCHEMA_VERSION } from "./schema.ts";

/** What every version of our schema has. */
const TABLES = ["transactions", "journal", "store", "state_counts", "state_counts_fold"];

/** Brings the schema up to this release's version; changes nothing in a file that is not ours, or newer. */
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
  return isOurs ? ok() : err({ type: "foreign", detail: "its tables are not ours" });
}

/** Goes one version further, where there is one; says which version there is now. Another process may be quicker. */
const migrateOnce = (database: Database): number =>
  database
    .transaction(() => {
      const version = versionOf(database);
      const migration = migrations[version];
      if (migration === undefined) return version;
      // From the first step on: a file with tables of ours says in its header that it is ours.
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.exec(migration);
      database.pragma(`user_version = ${version + 1}`);
      return version + 1;
    })
    .immediate();

const versionOf = (database: Database): number => Number(database.pragma("user_version", { simple: true }));
