import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { STORED_AT, storedChange, unwrap, unwrapAsync, unwrapError, uuid } from "@electrum-vouchers/testkit";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { holder, run } from "../test/process.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import { openSqliteReader } from "./index.ts";

let store: TemporaryStore;
beforeEach(() => {
  store = temporaryStore();
});
afterEach(() => store.remove());

const openReader = () => unwrap(openSqliteReader({ path: store.path }));
const refusal = () => unwrapError(openSqliteReader({ path: store.path }));

describe("an outbox that is opened to be looked at", () => {
  it("shows what a till has stored, while the till has it open", async () => {
    const outbox = await store.open();
    await unwrapAsync(outbox.commit(storedChange(1)));

    const reader = openReader();

    const stored = await unwrapAsync(outbox.load(uuid(1)));
    expect(await unwrapAsync(reader.load(uuid(1)))).toMatchObject({ id: uuid(1), record: stored?.record });
    expect(await unwrapAsync(reader.summary(STORED_AT))).toEqual(await unwrapAsync(outbox.summary(STORED_AT)));
    expect(await unwrapAsync(reader.journal(uuid(1)))).toEqual(await unwrapAsync(outbox.journal(uuid(1))));
    expect(await unwrapAsync(reader.countOthers())).toBe(1);
    await unwrapAsync(outbox.commit(storedChange(2)));
    expect((await unwrapAsync(reader.list({ limit: 10 }))).records).toHaveLength(2);
    await unwrapAsync(reader.close());
  });

  it("counts no process that has ended, and leaves what it has left", async () => {
    await (await store.open()).close().unwrapOr(undefined);
    const process = run(holder, [store.path]);
    await process.hasSaid(1);
    const reader = openReader();
    expect(await unwrapAsync(reader.countOthers())).toBe(1);
    process.kill();
    await process.ended();
    const before = readdirSync(store.directory);
    expect(await unwrapAsync(reader.countOthers())).toBe(0);
    expect(readdirSync(store.directory)).toEqual(before);
    await unwrapAsync(reader.close());
  });

  it("tells how often a delivery was put off, why and until when", async () => {
    const outbox = await store.open();
    await unwrapAsync(outbox.commit(storedChange(1)));
    const request = { worker: "w", work: ["advice"], now: STORED_AT, until: STORED_AT + 60_000, limit: 1 } as const;
    const [claimed] = (await unwrapAsync(outbox.claim(request))).records;
    const reader = openReader();
    expect(await unwrapAsync(reader.attempts([uuid(1)]))).toMatchObject([{ id: uuid(1), isLeased: true }]);
    const until = STORED_AT + 5_000;
    await unwrapAsync(
      outbox.postpone({
        id: uuid(1),
        version: claimed?.version ?? 0,
        at: STORED_AT,
        until,
        reason: "503",
        cause: "halted",
      }),
    );
    expect(await unwrapAsync(reader.attempts([uuid(1), uuid(2)]))).toEqual([
      { id: uuid(1), postponed: 1, reason: "503", notBefore: until, isLeased: false },
    ]);
    expect(await unwrapAsync(reader.summary(STORED_AT))).toMatchObject({ halted: 1 });
    await unwrapAsync(reader.close());
  });

  it("finds ids by their first characters", async () => {
    const outbox = await store.open();
    for (const n of [1, 2, 16]) await unwrapAsync(outbox.commit(storedChange(n)));
    const reader = openReader();
    expect(await unwrapAsync(reader.findIds("00000000-0000-4000-8000-00000000000", 10))).toEqual([uuid(1), uuid(2)]);
    expect(await unwrapAsync(reader.findIds("0000", 2))).toEqual([uuid(1), uuid(2)]);
    expect(await unwrapAsync(reader.findIds("ffff", 2))).toEqual([]);
    await unwrapAsync(reader.close());
    expect(await reader.findIds("0000", 2)).toMatchObject({ error: { type: "unavailable", reason: "closed" } });
  });

  it("changes no byte of the outbox, and makes no file of its own", async () => {
    const outbox = await store.open();
    await unwrapAsync(outbox.commit(storedChange(1)));
    await unwrapAsync(outbox.close());
    const [before, modified] = [readFileSync(store.path), statSync(store.path).mtimeMs];
    const reader = openReader();
    await unwrapAsync(reader.summary(STORED_AT));
    await unwrapAsync(reader.close());
    expect(readFileSync(store.path).equals(before)).toBe(true);
    expect(statSync(store.path).mtimeMs).toBe(modified);
    expect(readdirSync(store.directory).filter((name) => /-alive-/.test(name))).toEqual([]);
  });

  it("opens nothing that is no outbox, and says what it is", async () => {
    expect(refusal()).toEqual({ type: "missing", path: store.path });
    writeFileSync(store.path, "");
    expect(refusal()).toEqual({ type: "missing", path: store.path });
    writeFileSync(store.path, "a shopping list, of more than one character");
    expect(refusal()).toMatchObject({ type: "foreign" });
    expect(unwrapError(openSqliteReader({ path: "" }))).toMatchObject({ type: "options" });
  });

  it("does not read an outbox of a newer release", async () => {
    await unwrapAsync((await store.open()).close());
    const database = new Database(store.path);
    database.pragma("user_version = 99");
    database.close();
    expect(refusal()).toEqual({ type: "newer", found: 99, supported: 1 });
  });
});
