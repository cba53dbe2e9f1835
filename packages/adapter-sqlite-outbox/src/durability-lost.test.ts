import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import {
  STORED_AT,
  storedChange,
  storedRetention,
  unwrapAsync,
  unwrapErrorAsync,
  uuid,
} from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { type FailingDisk, plantFailingDisk } from "../test/failing-disk.ts";
import { openTestConnection, type TestConnection } from "../test/test-connection.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import { markerOf } from "./durability.ts";

let store: TemporaryStore;
let opened: TestConnection;
let disk: FailingDisk;
let warnings: MockInstance<typeof process.emitWarning>;
beforeEach(async () => {
  warnings = vi.spyOn(process, "emitWarning").mockReturnValue();
  store = temporaryStore();
  opened = openTestConnection(store.path, 1, ({ durable }) => {
    disk = plantFailingDisk(durable);
  });
  await unwrapAsync(opened.outbox.commit(storedChange(1)));
});
afterEach(async () => {
  disk.isFailing = false;
  await opened.outbox.close().unwrapOr(undefined);
  await store.remove();
  warnings.mockRestore();
});

const next = storedChange(1, { expectedVersion: 1, record: "the next" });
const claim = { worker: "a", work: ["advice"], now: STORED_AT, until: STORED_AT + 1_000, limit: 10 } as const;
const walBytes = (): number => statSync(`${store.path}-wal`).size;

describe("after a failed fsync", () => {
  it("the commit is uncertain, and nothing after it is called durable, loaded or claimed while the disk fails", async () => {
    disk.isFailing = true;
    expect(await unwrapErrorAsync(opened.outbox.commit(next))).toMatchObject({ type: "uncertain" });

    for (const call of [
      opened.outbox.commit(storedChange(2)),
      opened.outbox.load(uuid(1)),
      opened.outbox.claim(claim),
      opened.outbox.applyRetention(storedRetention()),
    ])
      expect(await unwrapErrorAsync(call)).toMatchObject({
        type: "unavailable",
        reason: "notDurable",
        detail: expect.stringContaining("the disk has failed (disk I/O error)"),
      });
    // An operator can look.
    expect(await unwrapAsync(opened.outbox.list({ limit: 9 }))).toMatchObject({
      records: [{ id: uuid(1), version: 1 }],
    });
  });

  it("the next call has everything written once more, into the database, and goes on with a new WAL", async () => {
    for (let n = 10; n < 40; n += 1) await unwrapAsync(opened.outbox.commit(storedChange(n)));
    const before = walBytes();
    disk.isFailing = true;
    await unwrapErrorAsync(opened.outbox.commit(next));
    disk.isFailing = false;

    expect(await unwrapAsync(opened.outbox.load(uuid(1)))).toMatchObject({ version: 1, record: "record 1" });

    expect(walBytes()).toBeLessThan(before / 10);
    await unwrapAsync(opened.outbox.commit(next));
    expect(await unwrapAsync(opened.outbox.load(uuid(1)))).toMatchObject({ version: 2, record: "the next" });
    expect(await unwrapAsync(opened.outbox.check())).toEqual([]);
  });

  it("no commit of the failed group is tried by itself", async () => {
    disk.isFailing = true;
    const outcomes = await Promise.all([2, 3, 4].map((n) => opened.outbox.commit(storedChange(n))));

    expect(outcomes.map((outcome) => outcome.isErr() && outcome.error.type)).toEqual(Array(3).fill("uncertain"));
    disk.isFailing = false;
    for (const n of [2, 3, 4]) expect(await unwrapAsync(opened.outbox.load(uuid(n)))).toBeUndefined();
  });

  it("the process warns once, even if it can go on", async () => {
    disk.isFailing = true;
    for (const n of [2, 3]) await unwrapErrorAsync(opened.outbox.commit(storedChange(n)));
    disk.isFailing = false;
    await unwrapAsync(opened.outbox.commit(next));

    expect(warnings).toHaveBeenCalledTimes(1);
    expect(warnings).toHaveBeenCalledWith(expect.stringContaining("disk I/O error"));
  });

  it("a checkpoint that fails counts as well", async () => {
    const { durability } = opened.connections;
    const failing = (): never => {
      throw new Database.SqliteError("disk I/O error", "SQLITE_IOERR_FSYNC");
    };
    expect(() => durability.watch(failing)).toThrow("disk I/O error");

    disk.isFailing = true;
    expect(await unwrapErrorAsync(opened.outbox.commit(next))).toMatchObject({ reason: "notDurable" });
  });

  it("a reader in another process keeps the outbox unavailable until it ends, and a call says why", async () => {
    const reader = new Database(store.path, { readonly: true });
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM transactions").get();
    disk.isFailing = true;
    await unwrapErrorAsync(opened.outbox.commit(next));
    disk.isFailing = false;

    expect(await unwrapErrorAsync(opened.outbox.commit(next))).toMatchObject({
      reason: "notDurable",
      detail: expect.stringContaining("another process uses the write-ahead log"),
    });

    reader.exec("COMMIT");
    await unwrapAsync(opened.outbox.commit(next));
    reader.close();
  });
});

describe("the other processes", () => {
  it("hear of a failure before they promise anything, and whoever has everything written again takes the sign away", async () => {
    const other = await store.open();
    disk.isFailing = true;
    await unwrapErrorAsync(opened.outbox.commit(next));
    expect(existsSync(markerOf(store.path))).toBe(true);
    const before = walBytes();

    await unwrapAsync(other.commit(storedChange(2)));

    expect(existsSync(markerOf(store.path))).toBe(false);
    expect(walBytes()).toBeLessThanOrEqual(before);
  });

  it("give a commit as uncertain if they cannot have everything written again", async () => {
    const there = openTestConnection(store.path, 1);
    const reader = new Database(store.path, { readonly: true });
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM transactions").get();
    writeFileSync(markerOf(store.path), "");

    expect(await unwrapErrorAsync(there.outbox.commit(storedChange(2)))).toMatchObject({ type: "uncertain" });
    expect(await unwrapErrorAsync(there.outbox.commit(storedChange(3)))).toMatchObject({ type: "unavailable" });

    reader.close();
    await unwrapAsync(there.outbox.commit(storedChange(3)));
    await unwrapAsync(there.outbox.close());
  });
});

describe("whoever opens the outbox", () => {
  it("empties the WAL that is there before its first promise: it may have been read from memory alone", async () => {
    for (let n = 10; n < 40; n += 1) await unwrapAsync(opened.outbox.commit(storedChange(n)));
    const before = walBytes();

    await store.open();

    expect(walBytes()).toBeLessThan(before / 10);
  });

  it("can read, though another process prevents that for now, and commits once it does not", async () => {
    const reader = new Database(store.path, { readonly: true });
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM transactions").get();

    const outbox = await store.open({ busyTimeoutMs: 1 });
    expect(await unwrapAsync(outbox.load(uuid(1)))).toMatchObject({ version: 1 });
    expect(await unwrapErrorAsync(outbox.commit(storedChange(2)))).toMatchObject({
      type: "unavailable",
      reason: "busy",
    });

    reader.close();
    await unwrapAsync(outbox.commit(storedChange(2)));
  });

  it("leaves no sign of a failure that is over", async () => {
    await unwrapAsync(opened.outbox.close());
    writeFileSync(markerOf(store.path), "");

    await store.open();

    expect(readdirSync(store.directory).some((name) => name.endsWith("-unsynced"))).toBe(false);
  });
});
