import Database from "better-sqlite3";
import { findDifferences } from "../../disk/commit-history.ts";
import { withTemporaryFolder } from "../../disk/temporary-folder.ts";
import type { Random } from "../../random.ts";
import { type Violations, violationUnless } from "../system-under-test.ts";
import { openStore, settle, type StoreFiles, writeStore } from "./store.ts";

// Tables, views, indices and triggers that another program has added, changed or removed. The outbox refuses a store whose own tables are not
// as they were made, and lets all others be: then everything that was committed is there.

interface SchemaEdit {
  readonly sql: string;
  /** Whether it concerns what is the outbox's. */
  readonly isOurs: boolean;
}

const ourTables = ["transactions", "journal", "store", "state_counts", "state_counts_fold"];

const names = ["t", "Outbox2", "keep codes", "\u001b[2J", "sqlite", "transactions_", "é", '"', "--", "x".repeat(300)];

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** SQLite compares names without regard to case. */
const inAnyCase = (random: Random, name: string): string => quoted(random.chance(0.3) ? name.toUpperCase() : name);

const edits: readonly ((random: Random) => SchemaEdit)[] = [
  (random) => {
    const event = random.pick(["AFTER INSERT", "AFTER UPDATE", "BEFORE DELETE"]);
    const [name, table] = [quoted(random.pick(names)), inAnyCase(random, random.pick(ourTables))];
    const body = random.pick(["SELECT 1", "SELECT raise(FAIL, 'no')", "DELETE FROM journal"]);
    return { sql: `CREATE TRIGGER ${name} ${event} ON ${table} BEGIN ${body}; END`, isOurs: true };
  },
  (random) => ({
    sql: `CREATE TRIGGER ${quoted(random.pick(names))} INSTEAD OF DELETE ON outbox BEGIN SELECT 1; END`,
    isOurs: true,
  }),
  (random) => {
    const [table, column] = random.pick([
      ["transactions", "record"],
      ["journal", "entry"],
      ["store", "id"],
    ] as const);
    const unique = random.pick(["", "UNIQUE "]);
    return { sql: `CREATE ${unique}INDEX ${quoted(random.pick(names))} ON ${table} (${column})`, isOurs: true };
  },
  (random) => ({ sql: `ALTER TABLE ${random.pick(ourTables)} ADD COLUMN ${quoted(random.pick(names))}`, isOurs: true }),
  (random) => ({ sql: `ALTER TABLE ${random.pick(ourTables)} RENAME TO elsewhere`, isOurs: true }),
  (random) => ({ sql: `DROP TABLE ${random.pick(ourTables)}`, isOurs: true }),
  (random) => ({
    sql: `DROP INDEX ${random.pick(["transactions_due", "transactions_unfinished", "transactions_exclusive_key"])}`,
    isOurs: true,
  }),
  (random) => ({
    sql: random.pick(["DROP VIEW outbox", "DROP VIEW outbox; CREATE VIEW outbox AS SELECT record FROM transactions"]),
    isOurs: true,
  }),
  (random) => ({
    sql: `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'TEXT NOT NULL', '${random.pick(["TEXT", "INTEGER NOT NULL"])}')
      WHERE name = '${random.pick(["transactions", "journal", "store"])}'; PRAGMA writable_schema = RESET`,
    isOurs: true,
  }),
  (random) => ({
    sql: `CREATE TABLE ${quoted(random.pick(names))} (a REFERENCES ${inAnyCase(random, "transactions")}(row_id) ON DELETE CASCADE)`,
    isOurs: true,
  }),
  (random) => ({ sql: `CREATE TABLE ${quoted(random.pick(names))} (a, b)`, isOurs: false }),
  () => ({
    sql: "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER); CREATE TABLE _litestream_lock (id INTEGER)",
    isOurs: false,
  }),
  () => ({ sql: "ANALYZE", isOurs: false }),
  (random) => ({ sql: `CREATE VIEW ${quoted(random.pick(names))} AS SELECT id FROM transactions`, isOurs: false }),
  () => ({
    sql: "CREATE TABLE others (a); CREATE INDEX others_a ON others (a); CREATE TRIGGER others_t AFTER INSERT ON others BEGIN SELECT 1; END",
    isOurs: false,
  }),
];

/** Changes the schema before the store is opened, or while it is. */
export const checkSchema = (random: Random, { history, files }: StoreFiles): Promise<Violations> =>
  withTemporaryFolder(async (folder) => {
    const path = writeStore(folder, files);
    const planned = Array.from({ length: 1 + random.below(2) }, () => random.pick(edits)(random));
    if (random.chance(0.5)) return checkWhileOpen(path, planned);
    const isOurs = apply(path, planned);
    return openStore(path).match(
      async (outbox) => {
        const differences = await findDifferences(outbox, history);
        await settle(outbox.close());
        return [
          ...violationUnless(!isOurs, "a store is opened whose own tables were changed"),
          ...violationUnless(
            isOurs || differences.length === 0,
            `another program's tables matter: ${differences.join()}`,
          ),
        ];
      },
      async (error) => [
        ...violationUnless(isOurs, `another program's tables keep the store closed: ${error.type}`),
        ...violationUnless(!JSON.stringify(error).includes(String.raw`\u001b`), "an error would steer a terminal"),
      ],
    );
  });

/** An outbox that is open says so when it is checked. What it reads meanwhile is an error, or right. */
async function checkWhileOpen(path: string, planned: readonly SchemaEdit[]): Promise<Violations> {
  const outbox = openStore(path)._unsafeUnwrap();
  const isOurs = apply(path, planned);
  const faults = (await outbox.check()).unwrapOr(["it cannot be checked"]);
  await settle(outbox.summary(0));
  await settle(outbox.list({ limit: 10 }));
  await settle(outbox.close());
  return [
    ...violationUnless(!isOurs || faults.length > 0, "a check does not name what was done to the outbox's own tables"),
    ...violationUnless(isOurs || faults.length === 0, `another program's tables are called a fault: ${faults.join()}`),
  ];
}

/** Gives whether something of the outbox's own was changed. SQLite refuses some edits, alone or after one another. */
function apply(path: string, planned: readonly SchemaEdit[]): boolean {
  const raw = new Database(path);
  raw.unsafeMode();
  const done = planned.filter(({ sql }) => {
    try {
      raw.exec(sql);
      return true;
    } catch (error) {
      if (error instanceof Database.SqliteError) return false;
      throw error;
    }
  });
  raw.close();
  return done.some(({ isOurs }) => isOurs);
}
