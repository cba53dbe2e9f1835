import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { change, unwrapAsync, uuid } from "../test/change.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import { openSqliteOutbox } from "./open.ts";
import { toOpenError } from "./open-error.ts";
import { APPLICATION_ID, SCHEMA_VERSION } from "./schema.ts";

let store: TemporaryStore;
beforeEach(() => {
  store = temporaryStore();
});
afterEach(() => store.remove());

/** Makes a database in the place of the outbox. */
function database(make: (raw: Database.Database) => unknown): void {
  const raw = new Database(store.path);
  make(raw);
  raw.close();
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** Everything in the folder, byte for byte. */
const contents = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(store.directory).map((name) => [name, readFileSync(join(store.directory, name), "hex")]),
  );

describe("opening a file that is not there", () => {
  it("creates it for its owner's eyes only, and so what SQLite puts beside it, whatever the umask", async () => {
    const umask = process.umask(0);
    const outbox = await store.open();
    await unwrapAsync(outbox.commit(change(1)));
    process.umask(umask);

    const files = readdirSync(store.directory).toSorted();
    const first = ["outbox.db", "outbox.db-shm", "outbox.db-wal"];
    const second = ["outbox.db-leases", "outbox.db-leases-shm", "outbox.db-leases-wal"];
    expect(files).toEqual([...first, ...second].toSorted());
    expect(new Set(files.map((name) => modeOf(join(store.directory, name))))).toEqual(new Set(["600"]));
  });

  it("takes a path as it is, even one that SQLite would read as no file at all", async () => {
    const path = join(store.directory, ":memory:");

    await openSqliteOutbox({ path }).match(
      async (outbox) => unwrapAsync(outbox.close()),
      ({ type }) => expect.unreachable(type),
    );

    expect(statSync(path).isFile()).toBe(true);
  });

  it("does not create the folder", () => {
    const directory = join(store.directory, "missing");

    expect(openSqliteOutbox({ path: join(directory, "outbox.db") })).toMatchObject({
      error: { type: "missingDirectory", directory },
    });
    expect(readdirSync(store.directory)).toEqual([]);
  });

  it("does not take a file for a folder", () => {
    writeFileSync(store.path, "");

    expect(openSqliteOutbox({ path: join(store.path, "outbox.db") })).toMatchObject({
      error: { type: "missingDirectory", directory: store.path },
    });
  });
});

describe("opening a file of ours", () => {
  it("finds all that was committed", async () => {
    const before = await store.open();
    await unwrapAsync(before.commit(change(1)));
    await unwrapAsync(before.close());

    expect(await unwrapAsync((await store.open()).load(uuid(1)))).toMatchObject({ version: 1, record: "record 1" });
  });

  it("finishes one whose creator died before anything was in it, and takes it out of others' sight", async () => {
    writeFileSync(store.path, "", { mode: 0o644 });

    await unwrapAsync((await store.open()).commit(change(1)));

    expect(modeOf(store.path)).toBe("600");
  });

  it("says in its header that it is ours as soon as anything is in it: also to whoever does not read the log", async () => {
    await unwrapAsync((await store.open()).commit(change(1)));

    expect(readFileSync(store.path).readUInt32BE(68)).toBe(APPLICATION_ID);
  });

  it("refuses one that a newer release has written, names both versions, and leaves it alone", async () => {
    await unwrapAsync((await store.open()).close());
    database((raw) => raw.pragma(`user_version = ${SCHEMA_VERSION + 7}`));
    const before = contents();

    expect(store.refusal()).toEqual({ type: "newer", found: SCHEMA_VERSION + 7, supported: SCHEMA_VERSION });
    expect(contents()).toEqual(before);
  });

  it("refuses one that is locked, and opens it once it is not", async () => {
    await unwrapAsync((await store.open()).close());
    const raw = new Database(store.path);
    raw.exec("BEGIN EXCLUSIVE");

    expect(store.refusal({ busyTimeoutMs: 1 })).toMatchObject({ type: "locked" });

    raw.exec("COMMIT");
    raw.close();
    await unwrapAsync((await store.open()).commit(change(1)));
  });

  it("refuses one that is damaged", async () => {
    await unwrapAsync((await store.open()).close());
    const bytes = readFileSync(store.path);
    bytes.fill(0xff, 100, 4_096);
    writeFileSync(store.path, bytes);

    expect(store.refusal()).toMatchObject({ type: "corrupt" });
  });

  it.skipIf(process.getuid?.() === 0)(
    "refuses one that it may not write, or whose folder it may not write",
    async () => {
      await unwrapAsync((await store.open()).close());
      chmodSync(store.path, 0o400);
      expect(store.refusal()).toMatchObject({ type: "readOnly" });

      chmodSync(store.path, 0o600);
      chmodSync(store.directory, 0o500);
      expect(store.refusal()).toMatchObject({ type: "readOnly" });
      chmodSync(store.directory, 0o700);
    },
  );

  it("understands SQLite where the file system alone gives nothing away", () => {
    const refusal = (code: string): string => toOpenError(new Database.SqliteError("reason", code)).type;

    expect(refusal("SQLITE_READONLY_DIRECTORY")).toBe("readOnly");
    expect(refusal("SQLITE_BUSY_RECOVERY")).toBe("locked");
    expect(refusal("SQLITE_CORRUPT_INDEX")).toBe("corrupt");
    expect(refusal("SQLITE_NOTADB")).toBe("corrupt");
    expect(refusal("SQLITE_CANTOPEN_ISDIR")).toBe("failed");
  });
});

describe("opening a file of somebody else", () => {
  const foreign: Readonly<Record<string, () => void>> = {
    "a text": () => writeFileSync(store.path, "a shopping list\n".repeat(50)),
    "a few bytes": () => writeFileSync(store.path, "SQLite format 3"),
    "a folder": () => mkdirSync(store.path),
    "a database without an application": () => database((raw) => raw.exec("CREATE TABLE list (item)")),
    "a database of another application": () =>
      database((raw) => {
        raw.pragma("application_id = 7");
        raw.exec("CREATE TABLE list (item)");
      }),
    "a database with our id and other tables": () =>
      database((raw) => {
        raw.pragma(`application_id = ${APPLICATION_ID}`);
        raw.pragma(`user_version = ${SCHEMA_VERSION}`);
        raw.exec("CREATE TABLE list (item)");
      }),
    "a database with our id and tables, but no version": () =>
      database((raw) => {
        raw.pragma(`application_id = ${APPLICATION_ID}`);
        raw.exec("CREATE TABLE list (item)");
      }),
  };

  it.each(Object.entries(foreign))("refuses %s, and leaves it as it is", (_what, make) => {
    make();
    const before = statSync(store.path).isDirectory() ? [] : contents();

    expect(store.refusal()).toMatchObject({ type: "foreign" });
    expect(statSync(store.path).isDirectory() ? [] : contents()).toEqual(before);
  });

  it("refuses a database that its own program has open, and touches neither its log nor its data", () => {
    const raw = new Database(store.path);
    raw.pragma("journal_mode = WAL");
    raw.exec("CREATE TABLE list (item); INSERT INTO list VALUES ('bread')");
    const before = contents();

    expect(store.refusal()).toMatchObject({ type: "foreign" });

    expect(contents()).toEqual(before);
    raw.close();
  });
});
