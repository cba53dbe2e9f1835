import Database from "better-sqlite3";
import { storedChange, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";

let store: TemporaryStore;
beforeEach(async () => {
  store = temporaryStore();
  const outbox = await store.open();
  await unwrapAsync(outbox.commit(storedChange(1)));
  await unwrapAsync(outbox.close());
});
afterEach(() => store.remove());

/** What another program does to the file. */
function run(sql: string): void {
  const raw = new Database(store.path);
  raw.unsafeMode();
  raw.exec(sql);
  raw.close();
}

const KEEP_CODES = `
  CREATE TABLE kept (record TEXT);
  CREATE TRIGGER keep_codes AFTER INSERT ON transactions BEGIN INSERT INTO kept VALUES (new.record); END;`;

const REWRITE = `
  PRAGMA writable_schema = ON;
  UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (version > 0)', 'CHECK (version < 2)') WHERE name = 'transactions';
  PRAGMA writable_schema = RESET;`;

describe("an outbox whose own tables were changed is refused", () => {
  it("with a trigger that keeps codes through retention, and the command that removes it", async () => {
    run(KEEP_CODES);

    expect(store.refusal()).toEqual({
      type: "altered",
      changes: ["transactions has the trigger keep_codes, which is not the outbox's"],
      commands: ["DROP TRIGGER keep_codes;"],
    });
    run("DROP TRIGGER keep_codes;");
    expect(await unwrapAsync((await store.open()).load(uuid(1)))).toMatchObject({ version: 1 });
  });

  it.each([
    [
      "a trigger on the view",
      "CREATE TRIGGER t INSTEAD OF DELETE ON outbox BEGIN SELECT 1; END",
      ["outbox has the trigger t, which is not the outbox's"],
    ],
    [
      "a trigger of a table by another case",
      "CREATE TRIGGER t AFTER DELETE ON JOURNAL BEGIN SELECT 1; END",
      [expect.stringContaining("has the trigger t")],
    ],
    [
      "an index",
      "CREATE UNIQUE INDEX one_client ON transactions (client)",
      ["transactions has the index one_client, which is not the outbox's"],
    ],
    ["no index", "DROP INDEX transactions_due", ["the index transactions_due is missing"]],
    [
      "another index",
      "DROP INDEX transactions_due; CREATE INDEX transactions_due ON transactions (due_at)",
      ["the index transactions_due is not as this release makes it"],
    ],
    ["a column", "ALTER TABLE journal ADD COLUMN note TEXT", ["the table journal is not as this release makes it"]],
    ["another constraint", REWRITE, ["the table transactions is not as this release makes it"]],
    ["another view", "DROP VIEW outbox; CREATE TABLE outbox (id)", ["the view outbox is not as this release makes it"]],
    [
      "a foreign key that keeps what is to be deleted",
      "CREATE TABLE mine (r INTEGER REFERENCES Transactions)",
      ["the table mine has a foreign key that refers to Transactions"],
    ],
    [
      "a name that would act on a terminal",
      'CREATE TRIGGER "t\u001b[2J" AFTER DELETE ON store BEGIN SELECT 1; END',
      ["store has the trigger t\\u{1b}[2J, which is not the outbox's"],
    ],
  ])("with %s", (_, sql, changes) => {
    run(sql);

    expect(store.refusal()).toMatchObject({ type: "altered", changes });
  });

  it("and names no more changes than can be read", () => {
    run(Array.from({ length: 50 }, (_, n) => `CREATE INDEX i${n} ON journal (entry);`).join(""));

    expect(store.refusal()).toMatchObject({ type: "altered", changes: { length: 20 }, commands: { length: 20 } });
  });

  it("and a check of one that is open finds them, and one of a backup", async () => {
    const outbox = await store.open();
    run(KEEP_CODES);

    expect(await unwrapAsync(outbox.check())).toEqual([
      "transactions has the trigger keep_codes, which is not the outbox's",
    ]);
    expect(await outbox.backup(`${store.path}.copy`)).toMatchObject({
      error: { type: "damaged", faults: ["transactions has the trigger keep_codes, which is not the outbox's"] },
    });
  });
});

describe("what is none of our business", () => {
  it("other tables, and what is added to them: Litestream's, those of ANALYZE, a shop's own", async () => {
    run(`
      CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER);
      CREATE TABLE _litestream_lock (id INTEGER);
      CREATE TABLE reports (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
      CREATE TRIGGER note AFTER INSERT ON reports BEGIN SELECT 1; END;
      CREATE VIEW mine AS SELECT id, state FROM transactions;
      ANALYZE;`);

    expect(await unwrapAsync((await store.open()).check())).toEqual([]);
  });

  it("a copy that the shell has dumped and read back", async () => {
    const raw = new Database(store.path);
    const texts = raw.prepare<[], string>("SELECT sql FROM sqlite_schema WHERE name = 'transactions'").pluck().all();
    raw.close();
    run(`
      PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = '${(texts[0] ?? "").replaceAll("'", "''").replace(/\s+/g, " ")}' WHERE name = 'transactions';
      PRAGMA writable_schema = RESET;
      VACUUM;`);

    expect(await unwrapAsync((await store.open()).check())).toEqual([]);
  });
});

it("what a schema calls reaches nothing outside of SQLite, and cells are checked, in both files", async () => {
  const pragmas: string[] = [];
  const { pragma } = Database.prototype;
  Database.prototype.pragma = function (this: Database.Database, ...args: Parameters<typeof pragma>): unknown {
    pragmas.push(args[0]);
    return pragma.apply(this, args);
  };
  await store.open();
  Database.prototype.pragma = pragma;

  expect(pragmas.filter((each) => each === "trusted_schema = OFF")).toHaveLength(2);
  expect(pragmas.filter((each) => each === "cell_size_check = ON")).toHaveLength(2);
});
