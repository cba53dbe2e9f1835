import { readFileSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import type { ResultAsync } from "neverthrow";
import {
  STORED_AT,
  storedChange,
  storedRetention,
  unwrapAsync,
  unwrapErrorAsync,
  uuid,
} from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestConnection, openTestConnection } from "../test/test-connection.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";

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

const next = storedChange(1, { expectedVersion: 1, record: "the next", state: "confirmed" });
const claim = { worker: "a", work: ["advice"], now: STORED_AT, until: STORED_AT + 1_000, limit: 10 } as const;

/** Nothing of the failed commit is stored, earlier commits are, and the outbox goes on as before. */
async function expectNothingLost(): Promise<void> {
  const { outbox } = opened;
  expect(await unwrapAsync(outbox.load(uuid(1)))).toMatchObject({ version: 1, record: "record 1" });
  expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual(["entry 1"]);
  expect(await unwrapAsync(outbox.summary(STORED_AT))).toMatchObject({
    states: { confirming: 1 },
    due: { advice: { count: 1 } },
  });
  expect(await unwrapAsync(outbox.check())).toEqual([]);
  await unwrapAsync(outbox.commit(next));
  expect(await unwrapAsync(outbox.load(uuid(1)))).toMatchObject({ version: 2, record: "the next" });
}

describe("a full disk", () => {
  const large = (n: number) => storedChange(n, { record: "x".repeat(50_000) });

  /** Allows no further page, as on a full disk. Returns a function that ends that. */
  function fill(): () => void {
    const { durable } = opened.connections;
    const pages = Number(durable.pragma("page_count", { simple: true }));
    durable.pragma(`max_page_count = ${pages}`);
    return () => {
      durable.pragma("max_page_count = 1000000");
    };
  }

  it("refuses a commit with the reason, and loses nothing", async () => {
    await unwrapAsync(opened.outbox.commit(storedChange(1)));
    const empty = fill();

    expect(await unwrapErrorAsync(opened.outbox.commit(large(2)))).toMatchObject({
      type: "unavailable",
      reason: "full",
    });

    empty();
    await expectNothingLost();
  });

  it("still commits the changes of a batch that fit", async () => {
    await unwrapAsync(opened.outbox.commit(storedChange(1)));
    fill();

    const outcomes = await Promise.all(
      [next, large(2), storedChange(1, { expectedVersion: 2 })].map((each) => opened.outbox.commit(each)),
    );

    expect(outcomes.map((outcome) => outcome.isOk())).toEqual([true, false, true]);
    expect(await unwrapAsync(opened.outbox.load(uuid(1)))).toMatchObject({ version: 3 });
    expect(await unwrapAsync(opened.outbox.load(uuid(2)))).toBeUndefined();
    expect(await unwrapAsync(opened.outbox.check())).toEqual([]);
  });
});

describe("a locked file", () => {
  const durableCalls = (outbox: SqliteOutbox): readonly ResultAsync<unknown, unknown>[] => [
    outbox.applyRetention(storedRetention()),
    outbox.commit(next),
  ];
  const otherCalls = (outbox: SqliteOutbox): readonly ResultAsync<unknown, unknown>[] => [
    outbox.claim(claim),
    outbox.postpone({ id: uuid(1), version: 1, at: 0, until: STORED_AT, reason: "status 503" }),
    outbox.advance({ queue: "", now: STORED_AT, limit: 1 }),
    outbox.release({ worker: "a" }),
  ];

  it.each([
    ["first", "", durableCalls, otherCalls],
    ["second", "-leases", otherCalls, durableCalls],
  ] as const)(
    "takes no call that writes to the %s file, says so, and loses nothing; what writes to the other goes on",
    async (_which, suffix, refused, others) => {
      await unwrapAsync(opened.outbox.commit(storedChange(1)));
      const other = new Database(`${store.path}${suffix}`);
      other.exec("BEGIN IMMEDIATE");

      for (const call of refused(opened.outbox))
        expect(await unwrapErrorAsync(call)).toMatchObject({ type: "unavailable", reason: "busy" });
      // A call that only reads is not kept waiting.
      expect(await unwrapAsync(opened.outbox.load(uuid(1)))).toMatchObject({ version: 1 });
      expect(await unwrapAsync(opened.outbox.summary(STORED_AT))).toMatchObject({
        due: { advice: { count: 1 } },
        halted: 0,
      });
      for (const call of others(opened.outbox)) await unwrapAsync(call);

      other.exec("ROLLBACK");
      other.close();
      for (const call of refused(opened.outbox)) await unwrapAsync(call);
      expect(await unwrapAsync(opened.outbox.load(uuid(1)))).toMatchObject({ version: 2, record: "the next" });
      expect(await unwrapAsync(opened.outbox.journal(uuid(1)))).toEqual(["entry 1", "entry 1"]);
      expect(await unwrapAsync(opened.outbox.check())).toEqual([]);
    },
  );

  it("fails a whole batch", async () => {
    const other = new Database(store.path);
    other.exec("BEGIN IMMEDIATE");

    const outcomes = await Promise.all([1, 2, 3].map((n) => opened.outbox.commit(storedChange(n))));

    expect(outcomes.map((outcome) => outcome.isErr() && outcome.error.type)).toEqual(
      Array.from({ length: 3 }, () => "unavailable"),
    );
    expect(opened.transactions).toEqual([]);
    other.close();
  });
});

describe("a file that has become read-only", () => {
  function setReadOnly(value: "ON" | "OFF"): void {
    opened.connections.durable.pragma(`query_only = ${value}`);
    opened.connections.schedule.use((_, database) => void database.pragma(`query_only = ${value}`));
  }

  it("refuses a commit with the reason, and loses nothing", async () => {
    await unwrapAsync(opened.outbox.commit(storedChange(1)));
    setReadOnly("ON");

    expect(await unwrapErrorAsync(opened.outbox.commit(next))).toMatchObject({
      type: "unavailable",
      reason: "readOnly",
    });
    expect(await unwrapErrorAsync(opened.outbox.claim(claim))).toMatchObject({
      type: "unavailable",
      reason: "readOnly",
    });

    setReadOnly("OFF");
    await expectNothingLost();
  });
});

describe("a change that SQLite does not accept", () => {
  it("fails alone and as a whole; the others of its batch do not", async () => {
    // A caller without type checks might pass this.
    const bad = storedChange(2, { kind: JSON.parse('"gift"') });

    const outcomes = await Promise.all(
      [storedChange(1), bad, storedChange(3)].map((each) => opened.outbox.commit(each)),
    );

    expect(outcomes.map((outcome) => outcome.isOk())).toEqual([true, false, true]);
    expect(outcomes[1]).toMatchObject({ error: { type: "unavailable", reason: "failed" } });
    expect(await unwrapAsync(opened.outbox.load(uuid(2)))).toBeUndefined();
    expect(await unwrapAsync(opened.outbox.summary(STORED_AT))).toMatchObject({ states: { confirming: 2 } });
    expect(await unwrapAsync(opened.outbox.check())).toEqual([]);
  });
});

describe("a damaged file", () => {
  /** Overwrites a page of the file that contains this text. */
  async function damage(text: string): Promise<void> {
    await unwrapAsync(opened.outbox.close());
    const bytes = readFileSync(store.path);
    const page = Math.floor(bytes.indexOf(text) / 4_096);
    bytes.fill(0xff, page * 4_096, (page + 1) * 4_096);
    writeFileSync(store.path, bytes);
    opened = openTestConnection(store.path);
  }

  it("is reported by every call that reads the damage", async () => {
    await unwrapAsync(opened.outbox.commit(storedChange(1)));
    await damage("record 1");

    const corrupt = { type: "unavailable", reason: "corrupt" };
    expect(await unwrapErrorAsync(opened.outbox.load(uuid(1)))).toMatchObject(corrupt);
    expect(await unwrapErrorAsync(opened.outbox.claim(claim))).toMatchObject(corrupt);
    expect(await unwrapErrorAsync(opened.outbox.commit(next))).toMatchObject(corrupt);
  });

  it("is found by a check, which still reports the other faults", async () => {
    await unwrapAsync(opened.outbox.commit(storedChange(1)));
    await damage("entry 1");

    expect(await unwrapAsync(opened.outbox.check())).not.toEqual([]);
    expect(await unwrapAsync(opened.outbox.load(uuid(1)))).toMatchObject({ record: "record 1" });
  });
});

describe("a check", () => {
  const miscount = (state: string, said: number, there: number): string =>
    `the count of ${state} (attention 0) says ${said}, there are ${there}`;

  it.each([
    ["a wrong count", "INSERT INTO state_counts VALUES ('confirming', 0, 4)", [miscount("confirming", 5, 1)]],
    [
      "a missing entry",
      "DELETE FROM journal",
      [miscount("confirming", 0, 1), `transaction ${uuid(1)} is at version 1 and has 0 journal entries`],
    ],
    [
      "an entry without a transaction",
      `PRAGMA foreign_keys = OFF;
       INSERT INTO journal (row_id, version, state, needs_attention, entry) VALUES (9, 1, 'lost', 0, 'lost')`,
      ["row 2 of journal has no transaction", miscount("lost", 1, 0)],
    ],
  ])("finds %s", async (_what, tamper, faults) => {
    await unwrapAsync(opened.outbox.commit(storedChange(1)));
    const other = new Database(store.path);
    other.exec(tamper);
    other.close();

    expect(await unwrapAsync(opened.outbox.check())).toEqual(faults);
  });
});
