import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { storedChange, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bytesOf } from "../test/file-bytes.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import { openSqliteOutbox } from "./open.ts";
import { toOpenError } from "./open-error.ts";
import { APPLICATION_ID, SCHEMA_VERSION } from "./schema.ts";

let store: TemporaryStore;
beforeEach(() => {
  store = temporaryStore();
});
afterEach(() => store.remove());

/** Creates a foreign database in place of the outbox. */
function database(make: (raw: Database.Database) => unknown): void {
  const raw = new Database(store.path);
  make(raw);
  raw.close();
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** Everything in the folder, byte for byte; but `-shm`, which is memory that all who have a database open write to. */
const contents = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(store.directory)
      .filter((name) => !name.endsWith("-shm"))
      .map((name) => [
        name,
        createHash("sha256")
          .update(bytesOf(join(store.directory, name)))
          .digest("hex"),
      ]),
  );

describe("opening a file that does not exist", () => {
  it("creates it with access for its owner only, and likewise SQLite's files beside it, whatever the umask", async () => {
    const umask = process.umask(0);
    const outbox = await store.open();
    await unwrapAsync(outbox.commit(storedChange(1)));
    process.umask(umask);

    const files = readdirSync(store.directory).toSorted();
    const first = ["outbox.db", "outbox.db-shm", "outbox.db-wal"];
    const second = ["outbox.db-leases", "outbox.db-leases-shm", "outbox.db-leases-wal"];
    const alive = files.filter((name) => name.startsWith("outbox.db-alive-"));
    expect(files).toEqual([...first, ...second, "outbox.db-reserve", ...alive].toSorted());
    expect(alive.length).toBeGreaterThan(0);
    expect(new Set(files.map((name) => modeOf(join(store.directory, name))))).toEqual(new Set(["600"]));
  });

  it("takes a path literally, even one with a special meaning to SQLite", async () => {
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

  it("does not accept a file as the folder", () => {
    writeFileSync(store.path, "");

    expect(openSqliteOutbox({ path: join(store.path, "outbox.db") })).toMatchObject({
      error: { type: "missingDirectory", directory: store.path },
    });
  });
});

describe("opening an outbox that must exist", () => {
  const refused = (): unknown => store.refusal({ mustExist: true });

  it("finds everything that was committed", async () => {
    const before = await store.open();
    await unwrapAsync(before.commit(storedChange(1)));
    await unwrapAsync(before.close());

    expect(await unwrapAsync((await store.open({ mustExist: true })).load(uuid(1)))).toMatchObject({ version: 1 });
  });

  it("creates none in place of a missing file", () => {
    expect(refused()).toEqual({ type: "missing", path: store.path });
    expect(readdirSync(store.directory)).toEqual([]);
  });

  it("leaves an empty file as it is", () => {
    writeFileSync(store.path, "", { mode: 0o640 });

    expect(refused()).toEqual({ type: "missing", path: store.path });
    expect([modeOf(store.path), readdirSync(store.directory)]).toEqual(["640", ["outbox.db"]]);
  });

  it("leaves a file as it is that SQLite rolls back to an empty one", () => {
    const raw = new Database(store.path);
    raw.exec("PRAGMA cache_size = 1; BEGIN; CREATE TABLE list (item)");
    raw.exec(`INSERT INTO list VALUES ${Array.from({ length: 100 }, () => "(zeroblob(4000))").join()}`);
    const [file, journal] = [bytesOf(store.path), bytesOf(`${store.path}-journal`)];
    raw.close();
    writeFileSync(store.path, file);
    writeFileSync(`${store.path}-journal`, journal);

    expect(refused()).toEqual({ type: "missing", path: store.path });
    expect(statSync(store.path).size).toBe(0);
  });

  it("says what is left of one that was removed", async () => {
    await unwrapAsync((await store.open()).commit(storedChange(1)));
    const wal = bytesOf(`${store.path}-wal`);
    await store.remove();
    mkdirSync(store.directory);
    writeFileSync(`${store.path}-wal`, wal);

    expect(refused()).toEqual({ type: "leftover", files: [`${store.path}-wal`] });
  });
});

describe("opening an outbox", () => {
  it("finds everything that was committed", async () => {
    const before = await store.open();
    await unwrapAsync(before.commit(storedChange(1)));
    await unwrapAsync(before.close());

    expect(await unwrapAsync((await store.open()).load(uuid(1)))).toMatchObject({ version: 1, record: "record 1" });
  });

  it("completes one whose process ended before it wrote anything, and restricts access to the owner", async () => {
    writeFileSync(store.path, "", { mode: 0o644 });

    await unwrapAsync((await store.open()).commit(storedChange(1)));

    expect(modeOf(store.path)).toBe("600");
  });

  it("marks the header as an outbox's from the first write on, in the database itself and not only in the WAL", async () => {
    await unwrapAsync((await store.open()).commit(storedChange(1)));

    expect(bytesOf(store.path).readUInt32BE(68)).toBe(APPLICATION_ID);
  });

  it.each([-1, -(2 ** 31)])(
    "refuses one whose schema version was damaged to %d, and does not migrate for ever",
    async (version) => {
      await unwrapAsync((await store.open()).close());
      database((raw) => raw.pragma(`user_version = ${version}`));

      expect(store.refusal()).toEqual({ type: "corrupt", detail: `no outbox has the schema version ${version}` });
    },
  );

  it("refuses one that a newer release has written, names both versions, and does not change it", async () => {
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
    await unwrapAsync((await store.open()).commit(storedChange(1)));
  });

  it("leaves no sign of life if the second file cannot be opened", async () => {
    await unwrapAsync((await store.open()).close());
    rmSync(`${store.path}-leases`, { force: true });
    mkdirSync(`${store.path}-leases`);

    expect(store.refusal()).toMatchObject({ type: "failed" });

    expect(readdirSync(store.directory).filter((name) => name.includes("-alive-"))).toEqual([]);
  });

  it("refuses one that is damaged", async () => {
    await unwrapAsync((await store.open()).close());
    const bytes = readFileSync(store.path);
    bytes.fill(0xff, 100, 4_096);
    writeFileSync(store.path, bytes);

    expect(store.refusal()).toMatchObject({ type: "corrupt" });
  });

  it.skipIf(process.getuid?.() === 0)("refuses one that is not writable, or whose folder is not", async () => {
    await unwrapAsync((await store.open()).close());
    chmodSync(store.path, 0o400);
    expect(store.refusal()).toMatchObject({ type: "readOnly" });

    chmodSync(store.path, 0o600);
    chmodSync(store.directory, 0o500);
    expect(store.refusal()).toMatchObject({ type: "readOnly" });
    chmodSync(store.directory, 0o700);
  });

  it("recognises SQLite's read-only error if the file system's check finds nothing", () => {
    const refusal = (code: string): string => toOpenError(new Database.SqliteError("reason", code)).type;

    expect(refusal("SQLITE_READONLY_DIRECTORY")).toBe("readOnly");
    expect(refusal("SQLITE_BUSY_RECOVERY")).toBe("locked");
    expect(refusal("SQLITE_CORRUPT_INDEX")).toBe("corrupt");
    expect(refusal("SQLITE_NOTADB")).toBe("corrupt");
    expect(refusal("SQLITE_CANTOPEN_ISDIR")).toBe("failed");
  });
});

describe("opening a foreign file", () => {
  const foreign: Readonly<Record<string, () => void>> = {
    "a text": () => writeFileSync(store.path, "a shopping list\n".repeat(50)),
    "one byte": () => writeFileSync(store.path, "x"),
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

  it.each(Object.entries(foreign))("refuses %s, and does not change it", (_name, make) => {
    make();
    const before = statSync(store.path).isDirectory() ? [] : contents();

    expect(store.refusal()).toMatchObject({ type: "foreign" });
    expect(statSync(store.path).isDirectory() ? [] : contents()).toEqual(before);
  });

  it("refuses a database that another program has open, and changes neither its WAL nor its data", () => {
    const raw = new Database(store.path);
    raw.pragma("journal_mode = WAL");
    raw.exec("CREATE TABLE list (item); INSERT INTO list VALUES ('bread')");
    const before = contents();

    expect(store.refusal()).toMatchObject({ type: "foreign" });

    expect(contents()).toEqual(before);
    raw.close();
  });
});

describe("wrong options", () => {
  it("are named all at once, and nothing is opened or created", () => {
    const options = Object.assign({}, { path: " ", busyTimeoutMs: -1, bootClock: {}, onCommit: 1, readonly: true });
    // @ts-expect-error -- what a caller without types may give
    const opened = openSqliteOutbox(options);
    expect(opened._unsafeUnwrapErr()).toMatchObject({
      type: "options",
      faults: [
        { path: "path" },
        { path: "busyTimeoutMs" },
        { path: "bootClock.readMs" },
        { path: "onCommit" },
        { path: "readonly", expected: "is not a known option" },
      ],
    });
    expect(readdirSync(store.directory)).toEqual([]);
  });
});
