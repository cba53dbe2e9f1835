import type { Database } from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";
import { codeOf } from "./errors.ts";
import type { OpenError } from "./open-error.ts";
import { APPLICATION_ID, migrations, SCHEMA_VERSION } from "./schema.ts";

/** The tables that every version of the schema has. */
const TABLES = ["transactions", "journal", "deliveries", "store", "state_counts", "state_counts_fold"];

/** What a database may be that this release can use: an outbox, or empty. */
export type Judgement = "outbox" | "empty";

/** Says what a database is, and changes nothing in it. SQLite has recovered it before. */
export function judge(database: Database): Result<Judgement, OpenError> {
  try {
    return database.transaction(() => judgeContent(database))();
  } catch (error) {
    if (codeOf(error) !== "SQLITE_NOTADB") throw error;
    return err({ type: "foreign", detail: "it is no SQLite database" });
  }
}

function judgeContent(database: Database): Result<Judgement, OpenError> {
  const numberOf = (pragma: string): number => Number(database.pragma(pragma, { simple: true }));
  if (numberOf("page_count") === 0) return ok("empty");
  if (numberOf("application_id") !== APPLICATION_ID)
    return err({ type: "foreign", detail: "it is a SQLite database of another program" });
  const version = versionOf(database);
  // A flipped bit: no migration leads from there to anywhere.
  if (version < 0) return err({ type: "corrupt", detail: `no outbox has the schema version ${version}` });
  if (version > SCHEMA_VERSION) return err({ type: "newer", found: version, supported: SCHEMA_VERSION });
  const tables = database.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  const isOurs = version === 0 ? tables.length === 0 : TABLES.every((name) => tables.includes(name));
  return isOurs ? ok("outbox") : err({ type: "foreign", detail: "its tables are not those of an outbox" });
}

/** Migrates the schema to this release's version. It changes nothing in a foreign file, nor in one of a newer release. */
export function migrate(database: Database): Result<void, OpenError> {
  const judged = judge(database);
  if (judged.isOk()) while (migrateOnce(database) < SCHEMA_VERSION);
  return judged.map(() => undefined);
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
