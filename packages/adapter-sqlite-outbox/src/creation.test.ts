import {
  copyFileSync,
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import Database from "better-sqlite3";
import { storedChange, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bytesOf } from "../test/file-bytes.ts";
import { committer, run } from "../test/process.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import { systemBootClock } from "./boot-clock.ts";
import { connect } from "./connection.ts";
import { prepareFile } from "./database-file.ts";
import { APPLICATION_ID, migrations } from "./schema.ts";

vi.mock("node:fs", { spy: true });

let store: TemporaryStore;
beforeEach(() => {
  store = temporaryStore();
});
afterEach(async () => {
  vi.mocked(linkSync).mockReset();
  await store.remove();
});

const fail = (code: string): never => {
  throw Object.assign(new Error(code), { code });
};
const names = (): readonly string[] => readdirSync(store.directory).toSorted();
const TEMPORARY = ".new-0123456789ab";
const A_DAY_AGO_S = Date.now() / 1_000 - 86_400;

describe("a new file", () => {
  it("is one whole outbox under its name, for its owner alone, before it is opened", () => {
    expect(prepareFile(store.path).isOk()).toBe(true);

    expect(names()).toEqual(["outbox.db"]);
    const { mode, nlink } = statSync(store.path);
    expect([mode & 0o777, nlink]).toEqual([0o600, 1]);
    const created = new Database(store.path, { readonly: true });
    expect(created.pragma("journal_mode", { simple: true })).toBe("wal");
    expect(created.prepare("SELECT count(*) FROM store").pluck().get()).toBe(1);
    created.close();
  });

  it("does not replace one that another process was quicker to create: both use that", async () => {
    const other = temporaryStore();
    const outbox = await other.open();
    await unwrapAsync(outbox.commit(storedChange(1)));
    await unwrapAsync(outbox.close());
    // It is there between the look and the link.
    vi.mocked(linkSync).mockImplementationOnce((from, to) => {
      copyFileSync(other.path, to);
      linkSync(from, to);
    });

    expect(await unwrapAsync((await store.open()).load(uuid(1)))).toMatchObject({ version: 1 });
    expect(names().filter((name) => name.includes(".new-"))).toEqual([]);
    await other.remove();
  });

  it("is built again if another process has removed the temporary file", async () => {
    vi.mocked(linkSync).mockImplementationOnce(() => fail("ENOENT"));

    expect((await (await store.open()).commit(storedChange(1))).isOk()).toBe(true);
  });

  it("is created under its name on a file system that has no links", async () => {
    vi.mocked(linkSync).mockImplementation(() => fail("EPERM"));

    await unwrapAsync((await store.open()).commit(storedChange(1)));

    expect(statSync(store.path).mode & 0o777).toBe(0o600);
    expect(names().filter((name) => name.includes(".new-"))).toEqual([]);
  });

  it("is not created if its name cannot be made durable; nothing is left", () => {
    vi.mocked(linkSync).mockImplementation(() => fail("EIO"));

    expect(store.refusal()).toEqual({ type: "failed", detail: "EIO" });
    expect(names()).toEqual([]);
  });

  it("says that the disk is full", () => {
    vi.mocked(linkSync).mockImplementation(() => fail("ENOSPC"));

    expect(store.refusal()).toEqual({ type: "full", detail: "ENOSPC" });
  });
});

describe("what a database has left that is gone", () => {
  it.each(["-wal", "-journal"])("in %s is not harmed: nothing is created beside it", (suffix) => {
    writeFileSync(store.path + suffix, "commits");

    expect(store.refusal()).toEqual({ type: "leftover", files: [store.path + suffix] });

    expect(names()).toEqual([`outbox.db${suffix}`]);
    expect(readFileSync(store.path + suffix, "utf8")).toBe("commits");
  });

  it("in -wal is not harmed beside an empty file either, in which SQLite would delete it", () => {
    writeFileSync(store.path, "");
    writeFileSync(`${store.path}-wal`, "commits");

    expect(store.refusal()).toEqual({ type: "leftover", files: [`${store.path}-wal`] });
    expect(readFileSync(`${store.path}-wal`, "utf8")).toBe("commits");
  });

  it("is no obstacle if it is empty", async () => {
    writeFileSync(`${store.path}-wal`, "");

    expect((await (await store.open()).commit(storedChange(1))).isOk()).toBe(true);
  });
});

describe("what a killed creation has left", () => {
  it("is removed by a later one if it is old, with what SQLite put beside it; nothing else is", async () => {
    const old = ["", "-journal", "-wal"].map((suffix) => `${store.path}${TEMPORARY}${suffix}`);
    const other = [`${store.path}.new-0000000000ff`, `${store.path}.newer`, `${store.path}2${TEMPORARY}`];
    for (const each of [...old, ...other]) writeFileSync(each, "");
    for (const each of [...old, ...other.slice(1)]) utimesSync(each, A_DAY_AGO_S, A_DAY_AGO_S);

    await store.open();

    for (const each of old) expect(existsSync(each)).toBe(false);
    for (const each of other) expect(existsSync(each)).toBe(true);
  });

  it("is removed when the file is next opened if it is a second name of it", async () => {
    await unwrapAsync((await store.open()).close());
    linkSync(store.path, `${store.path}${TEMPORARY}`);
    writeFileSync(`${store.path}.new-0000000000ff`, "another's");

    await store.open();

    expect(statSync(store.path).nlink).toBe(1);
    expect(existsSync(`${store.path}.new-0000000000ff`)).toBe(true);
  });
});

describe("what SQLite can recover, it recovers before the file is judged:", () => {
  it("a journal of a creation that was interrupted, beside a file that is not an outbox yet", async () => {
    const half = `${store.path}-half`;
    const raw = new Database(half);
    raw.pragma("cache_size = 1");
    raw.exec("BEGIN");
    raw.exec(migrations.join(""));
    raw.exec("CREATE TABLE bulk (text)");
    // More than the cache holds, so that it stands in the file before the commit.
    for (let n = 0; n < 50; n += 1) raw.prepare("INSERT INTO bulk VALUES (?)").run("x".repeat(4_000));
    for (const suffix of ["", "-journal"]) writeFileSync(store.path + suffix, bytesOf(half + suffix));
    raw.exec("ROLLBACK");
    raw.close();
    expect(statSync(store.path).size).toBeGreaterThan(100_000);

    await unwrapAsync((await store.open()).commit(storedChange(1)));

    expect(existsSync(`${store.path}-journal`)).toBe(false);
  });

  it("a first page that a power loss has torn, and that the WAL still has", async () => {
    const outbox = await store.open();
    await unwrapAsync(outbox.commit(storedChange(1)));
    const torn = `${store.directory}/torn.db`;
    const raw = new Database(store.path);
    raw.pragma(`application_id = ${APPLICATION_ID}`);
    writeFileSync(torn, bytesOf(store.path).fill(0, 0, 512));
    writeFileSync(`${torn}-wal`, bytesOf(`${store.path}-wal`));
    raw.close();

    const found = prepareFile(torn).andThen(() => connect(torn, { busyTimeoutMs: 1, bootClock: systemBootClock() }));

    expect(found.isOk()).toBe(true);
    found.unwrapOr(undefined)?.close();
  });
});

describe("processes that start at once", () => {
  it("use one file, and leave nothing else", async () => {
    const processes = Array.from({ length: 6 }, () => run(committer, [store.path, "5"]));
    const committed = (await Promise.all(processes.map((each) => each.ended()))).flat();

    const outbox = await store.open();
    expect(committed).toHaveLength(30);
    for (const id of committed) expect(await unwrapAsync(outbox.load(id))).toMatchObject({ id, version: 1 });
    expect(names().filter((name) => name.includes(".new-"))).toEqual([]);
  }, 60_000);

  it("may open it twice in one process", async () => {
    const [one, two] = [await store.open(), await store.open()];

    await unwrapAsync(one.commit(storedChange(1)));
    await unwrapAsync(two.commit(storedChange(2)));

    expect(await unwrapAsync(one.load(uuid(2)))).toMatchObject({ version: 1 });
    expect(await unwrapAsync(two.load(uuid(1)))).toMatchObject({ version: 1 });
  });
});
