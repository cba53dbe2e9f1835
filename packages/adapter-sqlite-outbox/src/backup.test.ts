import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import Database from "better-sqlite3";
import { storedChange, unwrapAsync, unwrapErrorAsync, uuid } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { committer, run } from "../test/process.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import { openSqliteOutbox } from "./open.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";

let store: TemporaryStore;
let outbox: SqliteOutbox;
let copies: string;
let copy: string;
beforeEach(async () => {
  store = temporaryStore();
  outbox = await store.open();
  copies = join(store.directory, "copies");
  mkdirSync(copies);
  copy = join(copies, "till.db");
});
afterEach(() => store.remove());

const fill = (count: number, first = 0): Promise<unknown> =>
  Promise.all(
    Array.from({ length: count }, async (_, n) =>
      unwrapAsync(outbox.commit(storedChange(first + n, { record: "r".repeat(5_000) }))),
    ),
  );

/** What an outbox that is opened on the copy finds. */
async function withCopy<Value>(look: (restored: SqliteOutbox) => Promise<Value>): Promise<Value> {
  const restored = openSqliteOutbox({ path: copy }).unwrapOr(undefined);
  if (restored === undefined) throw new Error("the copy must open");
  const value = await look(restored);
  await unwrapAsync(restored.close());
  return value;
}

describe("a backup", () => {
  it("holds what was committed, and is an outbox", async () => {
    await fill(20);

    await unwrapAsync(outbox.backup(copy));

    await withCopy(async (restored) => {
      expect(await unwrapAsync(restored.check())).toEqual([]);
      expect(await unwrapAsync(restored.load(uuid(19)))).toMatchObject({ version: 1 });
      await unwrapAsync(restored.commit(storedChange(1, { expectedVersion: 1 })));
    });
    expect(await unwrapAsync(outbox.load(uuid(1)))).toMatchObject({ version: 1 });
  });

  it("is one file, for its owner alone whatever the umask, that stands alone and can be read without being written", async () => {
    await fill(5);
    const umask = process.umask(0);
    await unwrapAsync(outbox.backup(copy));
    process.umask(umask);

    expect(readdirSync(copies)).toEqual(["till.db"]);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    const reader = new Database(copy, { readonly: true });
    expect(reader.pragma("journal_mode", { simple: true })).toBe("delete");
    expect(reader.prepare("SELECT count(*) FROM transactions").pluck().get()).toBe(5);
    reader.close();
    expect(readdirSync(copies)).toEqual(["till.db"]);
  });

  it("is of one moment, while this process and another go on committing", async () => {
    await fill(400);
    const other = run(committer, [store.path, "Infinity", "4"]);
    await other.hasSaid(50);
    const backup = outbox.backup(copy);
    let ended = false;
    const done = unwrapAsync(backup).finally(() => {
      ended = true;
    });
    for (let n = 1_000; !ended; n += 1) {
      await unwrapAsync(outbox.commit(storedChange(n)));
      await nextTurn();
    }
    await done;
    other.kill();
    await other.ended();

    await withCopy(async (restored) => {
      expect(await unwrapAsync(restored.check())).toEqual([]);
      for (let n = 0; n < 400; n += 1) expect(await unwrapAsync(restored.load(uuid(n)))).toMatchObject({ version: 1 });
    });
  }, 60_000);

  it.each(["", "-wal", "-journal"])("replaces nothing: there is a file %j", async (suffix) => {
    writeFileSync(copy + suffix, "precious");

    expect(await unwrapErrorAsync(outbox.backup(copy))).toEqual({ type: "exists", path: copy + suffix });

    expect(readFileSync(copy + suffix, "utf8")).toBe("precious");
    expect(readdirSync(copies)).toEqual([`till.db${suffix}`]);
  });

  it("is not made onto the outbox itself", async () => {
    expect(await unwrapErrorAsync(outbox.backup(store.path))).toEqual({ type: "exists", path: store.path });
  });

  it("does not create the folder", async () => {
    const directory = join(copies, "missing");

    expect(await unwrapErrorAsync(outbox.backup(join(directory, "till.db")))).toEqual({
      type: "missingDirectory",
      directory,
    });
    expect(existsSync(directory)).toBe(false);
  });

  it("is refused if the copy has a fault, and says which: nothing bears its name", async () => {
    await fill(2);
    const other = new Database(store.path);
    other.exec("DELETE FROM journal WHERE row_id = 1");
    other.close();

    expect(await unwrapErrorAsync(outbox.backup(copy))).toMatchObject({
      type: "damaged",
      faults: expect.arrayContaining([`transaction ${uuid(0)} is at version 1 and has 0 journal entries`]),
    });
    expect(readdirSync(copies)).toEqual([]);
  });

  it("ends with an error if the outbox is closed meanwhile, and leaves nothing", async () => {
    await fill(400);
    const backup = outbox.backup(copy);
    await nextTurn();
    await unwrapAsync(outbox.close());

    expect(await unwrapErrorAsync(backup)).toMatchObject({ type: "failed" });
    expect(readdirSync(copies)).toEqual([]);
  });

  it("is not made by an outbox that is closed", async () => {
    await unwrapAsync(outbox.close());

    expect(await unwrapErrorAsync(outbox.backup(copy))).toMatchObject({ type: "unavailable", reason: "closed" });
  });
});
