import { statSync } from "node:fs";
import Database from "better-sqlite3";
import { storedChange, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type TestConnection, openTestConnection } from "../test/test-connection.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import { configureDurable } from "./connection.ts";
import { enforceFullSync } from "./durability.ts";

const FULL = 2;
const OFF = 0;

let store: TemporaryStore;
let opened: TestConnection;
beforeEach(() => {
  store = temporaryStore();
  opened = openTestConnection(store.path);
});
afterEach(async () => {
  await opened.outbox.close().unwrapOr(undefined);
  await store.remove();
});

const synchronous = (database: Database.Database): unknown => database.pragma("synchronous", { simple: true });

describe("a listener of commits", () => {
  it("cannot harm a commit by an error: the process warns, once", async () => {
    const warnings = vi.spyOn(process, "emitWarning").mockReturnValue();
    const outbox = await store.open({
      onCommit: () => {
        throw new Error("a bug in somebody's metrics");
      },
    });

    await unwrapAsync(outbox.commit(storedChange(1)));
    await unwrapAsync(outbox.commit(storedChange(2)));

    expect(await unwrapAsync(outbox.load(uuid(2)))).toMatchObject({ version: 1 });
    expect(warnings).toHaveBeenCalledTimes(1);
    warnings.mockRestore();
  });
});

describe("a durable connection", () => {
  it("waits for the disk at every commit: it is still FULL after the first writes, and after reopening", async () => {
    await unwrapAsync(opened.outbox.commit(storedChange(1)));
    expect(synchronous(opened.connections.durable)).toBe(FULL);
    await unwrapAsync(opened.outbox.close());

    opened = openTestConnection(store.path);
    await unwrapAsync(opened.outbox.commit(storedChange(2)));

    expect(synchronous(opened.connections.durable)).toBe(FULL);
    expect(opened.connections.durable.pragma("journal_mode", { simple: true })).toBe("wal");
  });

  it("is not asked to wait for leases and postponements, which are in another file", async () => {
    await unwrapAsync(opened.outbox.commit(storedChange(1)));
    const before = statSync(`${store.path}-wal`).size;

    await unwrapAsync(opened.outbox.postpone({ id: uuid(1), version: 1, at: 0, until: 5, reason: "status 503" }));

    expect(statSync(`${store.path}-wal`).size).toBe(before);
    expect(opened.connections.schedule.use((_, database) => synchronous(database))).toBe(OFF);
  });

  it("is refused if there can be no WAL", () => {
    const memory = new Database(":memory:");

    expect(configureDurable(memory)).toMatchObject({
      error: { type: "durability", detail: "journal_mode is memory, not wal" },
    });
    memory.close();
  });

  it("is refused if FULL does not outlast the first write", () => {
    const { durable } = opened.connections;
    durable.pragma("synchronous = NORMAL");
    const { pragma } = durable;
    durable.pragma = (source, options) =>
      source === "synchronous = FULL" ? undefined : pragma.call(durable, source, options);

    expect(enforceFullSync(durable)).toMatchObject({
      error: { reason: "notDurable", detail: "synchronous is 1 after the first write, not FULL" },
    });
  });
});

describe("a commit that resolves", () => {
  it("had a transaction of its own, if each commit is awaited before the next", async () => {
    for (let n = 0; n < 20; n += 1) await unwrapAsync(opened.outbox.commit(storedChange(n)));

    expect(opened.transactions).toEqual(Array.from({ length: 20 }, () => 1));
  });

  it("shared its transaction with all others of the same turn", async () => {
    await Promise.all(Array.from({ length: 64 }, async (_, n) => unwrapAsync(opened.outbox.commit(storedChange(n)))));

    expect(opened.transactions).toEqual([64]);
  });

  it("shared it with a bounded number of others, and a bounded amount of text", async () => {
    await Promise.all(Array.from({ length: 300 }, async (_, n) => unwrapAsync(opened.outbox.commit(storedChange(n)))));
    expect(opened.transactions.splice(0)).toEqual([128, 128, 44]);

    const record = "x".repeat(2 ** 19);
    await Promise.all([400, 401, 402].map(async (n) => unwrapAsync(opened.outbox.commit(storedChange(n, { record })))));
    expect(opened.transactions).toEqual([1, 1, 1]);
  });

  it("is reported to the listener, whose error does not affect it", async () => {
    await unwrapAsync(opened.outbox.commit(storedChange(1)));
    const conflict = await opened.outbox.commit(storedChange(1));

    expect(conflict.isErr()).toBe(true);
    expect(opened.transactions).toEqual([1, 1]);
  });
});
