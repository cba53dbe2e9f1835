// Whether the outbox's own tables are as this release makes them. SQLite runs a trigger of anyone's with each commit: one can keep a copy
// of every voucher code, which retention then never masks. A foreign key of another table, a constraint or an index can refuse what
// must be committed or deleted.
//
// Rules
// 1. What `migrate.ts` makes in an empty database is how the tables, their indexes and the view must be. Space counts for nothing.
// 2. Nothing may be added to them: no trigger, no index, and no foreign key that refers to them.
// 3. Other tables are none of our business, nor what is added to those: Litestream has two, and `ANALYZE` makes some.

import Database from "better-sqlite3";
import { printable } from "@electrum-vouchers/core";
import { err, ok, type Result } from "neverthrow";
import type { OpenError } from "./open-error.ts";
import { migrations } from "./schema.ts";

/** What is said of a schema with more changes says no more. */
const MAX_CHANGES = 20;

/** A name is the text of a stranger: a longer one is cut. */
const MAX_NAME_LENGTH = 100;

/** A table, an index, a view or a trigger. An index of SQLite's own has no text. */
interface SchemaObject {
  readonly type: string;
  readonly name: string;
  /** The table or view that it belongs to. */
  readonly tbl_name: string;
  readonly sql: string | null;
}

export interface SchemaChange {
  readonly description: string;
  /** SQL that undoes it, if it can be undone. */
  readonly command?: string;
}

const SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_schema";

/** How other tables refer to tables. */
const REFERENCES = `SELECT DISTINCT s.name, f."table" AS refers_to FROM sqlite_schema AS s, pragma_foreign_key_list(s.name) AS f
  WHERE s.type = 'table'`;

/** Refuses an outbox whose tables another program has changed. */
export function ensureOwnSchema(database: Database.Database): Result<void, OpenError> {
  const changes = createSchemaCheck(database)();
  if (changes.length === 0) return ok();
  return err({
    type: "altered",
    changes: changes.map(({ description }) => description),
    commands: changes.flatMap(({ command }) => command ?? []),
  });
}

/** Finds what was changed, each time it is called. */
export function createSchemaCheck(database: Database.Database): () => readonly SchemaChange[] {
  const objects = database.prepare<[], SchemaObject>(SCHEMA);
  const references = database.prepare<[], { readonly name: string; readonly refers_to: string }>(REFERENCES);
  const expected = expectedObjects();
  const ours = new Set([...expected.values()].map(({ tbl_name }) => keyOf(tbl_name)));
  return () => {
    const found = objects.all().filter(({ tbl_name }) => ours.has(keyOf(tbl_name)));
    const foundByName = new Map(found.map((object) => [object.name, object]));
    return [
      ...[...expected.values()].flatMap((object) => findDifference(object, foundByName.get(object.name))),
      ...found.filter(({ name }) => !expected.has(name)).map(describeAddition),
      ...references
        .all()
        .filter(({ name, refers_to }) => ours.has(keyOf(refers_to)) && !ours.has(keyOf(name)))
        .map(({ name, refers_to }) => ({
          description: `the table ${named(name)} has a foreign key that refers to ${named(refers_to)}`,
        })),
    ].slice(0, MAX_CHANGES);
  };
}

/** What an empty database becomes. It takes less than a millisecond, and is needed once for each opening or check. */
function expectedObjects(): ReadonlyMap<string, SchemaObject> {
  const database = new Database(":memory:");
  try {
    for (const migration of migrations) database.exec(migration);
    return new Map(
      database
        .prepare<[], SchemaObject>(SCHEMA)
        .all()
        .map((object) => [object.name, object]),
    );
  } finally {
    database.close();
  }
}

const findDifference = (expected: SchemaObject, found: SchemaObject | undefined): readonly SchemaChange[] => {
  const { type, name } = expected;
  if (found === undefined) return [{ description: `the ${type} ${name} is missing` }];
  const isSame = found.type === type && normalise(found.sql) === normalise(expected.sql);
  return isSame ? [] : [{ description: `the ${type} ${name} is not as this release makes it` }];
};

function describeAddition({ type, name, tbl_name }: SchemaObject): SchemaChange {
  const description = `${tbl_name} has the ${type} ${named(name)}, which is not the outbox's`;
  const isDroppable = ["trigger", "index"].includes(type) && /^\w+$/.test(name);
  return isDroppable ? { description, command: `DROP ${type.toUpperCase()} ${name};` } : { description };
}

const named = (name: string): string => printable(name.slice(0, MAX_NAME_LENGTH));

/** SQLite compares names without regard to case. */
const keyOf = (name: string): string => name.toLowerCase();

const normalise = (sql: string | null): string => (sql ?? "").replace(/\s+/g, " ").trim();
