import { statSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Change } from "@electrum-vouchers/core/ports";
import { STORED_AT, storedChange, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type TestConnection, openTestConnection } from "../test/test-connection.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";

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

const commit = (...changes: readonly Change[]): Promise<unknown> =>
  Promise.all(changes.map(async (each) => unwrapAsync(opened.outbox.commit(each))));

const many = (count: number, first: number): readonly Change[] =>
  Array.from({ length: count }, (_, n) => storedChange(first + n));

const claim = (limit: number) =>
  ({ worker: "a", work: ["advice"], now: STORED_AT, until: STORED_AT + 1_000, limit }) as const;

const HEADER_BYTES = 32;
const FRAME_BYTES = 24 + 4_096;

/** How many pages were written to the WAL. */
const pagesInLog = (path: string): number => (statSync(`${path}-wal`).size - HEADER_BYTES) / FRAME_BYTES;

/** How many pages the work writes to the WAL of the first file, or of the second. */
async function pagesOf(work: () => Promise<unknown>, path = store.path): Promise<number> {
  const before = pagesInLog(path);
  await work();
  return pagesInLog(path) - before;
}

const sourceOf = (statement: unknown): string =>
  typeof statement === "object" && statement !== null && "source" in statement ? String(statement.source) : "";

/** How many statements the work runs. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const prototype = Object.getPrototypeOf(opened.connections.durable.prepare("SELECT 1"));
  const spies = ["run", "get", "all"].map((method) => vi.spyOn(prototype, method));
  await work();
  const count = spies.reduce((sum, { mock }) => sum + mock.calls.length, 0);
  vi.restoreAllMocks();
  return count;
}

describe("the WAL gets", () => {
  const nothingDue = ({ due: _, ...rest }: Change): Change => rest;

  it("only the pages that a step changes: the row, its index entries, and its journal entry", async () => {
    await commit(...many(20, 1));
    const pages = async (step: Change): Promise<number> => pagesOf(() => commit(step));
    const requesting = storedChange(0, {
      state: "requesting",
      due: { at: STORED_AT, work: "replyDeadline", description: "provision" },
    });
    const finished = nothingDue(storedChange(0, { expectedVersion: 3, state: "confirmed", final: true }));

    // The row and the index of ids; the indexes of due and of unfinished rows; the journal entry and its index.
    expect(await pages(requesting)).toBe(6);
    // The row; the index of due rows; the journal entry and its index.
    expect(await pages(nothingDue(storedChange(0, { expectedVersion: 1, state: "issued" })))).toBe(4);
    expect(await pages(storedChange(0, { expectedVersion: 2, state: "confirming" }))).toBe(4);
    expect(await pagesOf(() => unwrapAsync(opened.outbox.claim(claim(100))))).toBe(0);
    // In addition: the indexes of unfinished and of finished rows.
    expect(await pages(finished)).toBe(6);
  });

  it("no page for a claim that finds nothing", async () => {
    await commit(...many(1, 1));
    await unwrapAsync(opened.outbox.claim(claim(1)));

    const second = `${store.path}-leases`;
    expect(await pagesOf(() => unwrapAsync(opened.outbox.claim(claim(1))))).toBe(0);
    expect(await pagesOf(() => unwrapAsync(opened.outbox.claim(claim(1))), second)).toBe(0);
  });
});

describe("the number of statements", () => {
  it("of a claim is the same for a hundred records as for one", async () => {
    await commit(...many(101, 1));

    // What was committed is copied first; see schedule.ts.
    await unwrapAsync(opened.outbox.claim(claim(0)));
    const forOne = await statementsOf(() => unwrapAsync(opened.outbox.claim(claim(1))));
    const forHundred = await statementsOf(() => unwrapAsync(opened.outbox.claim(claim(100))));

    expect(forHundred).toBe(forOne);
  });

  it("of a commit is three for each change, and at most four for each transaction", async () => {
    const changes = many(100, 1);
    expect(await statementsOf(() => commit(...changes))).toBe(3 * 100 + 4);

    await unwrapAsync(opened.outbox.claim(claim(100)));
    const next = changes.map((each): Change => ({ ...each, expectedVersion: 1 }));

    // Leases change nothing: the first file does not hold them.
    expect(await statementsOf(() => commit(...next))).toBe(3 * 100 + 3);
  });
});

describe("the index of ids", () => {
  /** The statements of the work that look up an id. */
  async function lookUpsOf(work: () => Promise<unknown>): Promise<number> {
    const prototype = Object.getPrototypeOf(opened.connections.durable.prepare("SELECT 1"));
    const get = vi.spyOn(prototype, "get");
    await work();
    const lookUps = get.mock.contexts.filter((statement) => /WHERE id = \?/.test(sourceOf(statement)));
    get.mockRestore();
    return lookUps.length;
  }

  const next = (from: number): readonly Change[] =>
    many(100, 1).map((each): Change => ({ ...each, expectedVersion: from }));

  it("is not read for transactions that this process has created, claimed or changed", async () => {
    expect(await lookUpsOf(() => commit(...many(100, 1)))).toBe(100);
    expect(await lookUpsOf(() => commit(...next(1)))).toBe(0);
  });

  it("is not read for transactions that this process has claimed, even if another process created them", async () => {
    await commit(...many(100, 1));
    await unwrapAsync(opened.outbox.close());
    opened = openTestConnection(store.path);
    await unwrapAsync(opened.outbox.claim(claim(100)));

    expect(await lookUpsOf(() => commit(...next(1)))).toBe(0);
  });

  it("is read if a cached row id is no longer right", async () => {
    await commit(...many(1, 1));
    const other = new Database(store.path);
    other.exec("PRAGMA foreign_keys = OFF; UPDATE transactions SET row_id = 77; UPDATE journal SET row_id = 77");
    other.close();

    await commit(storedChange(1, { expectedVersion: 1, record: "the next" }));

    expect(await unwrapAsync(opened.outbox.load(uuid(1)))).toMatchObject({ version: 2, record: "the next" });
    expect(await unwrapAsync(opened.outbox.check())).toEqual([]);
  });
});

describe("the state counts", () => {
  const addedUp = (): number => {
    const { durable } = opened.connections;
    return durable.prepare<[], number>("SELECT ifnull(sum(count), 0) FROM state_counts").pluck().get() ?? Number.NaN;
  };

  it("are not folded by each commit, but once in five hundred changes, and are right at any time", async () => {
    await commit(...many(490, 1));
    expect(addedUp()).toBe(0);
    expect(await unwrapAsync(opened.outbox.summary(STORED_AT))).toMatchObject({
      states: { confirming: 490 },
      due: { advice: { count: 490 } },
    });

    await commit(...many(20, 1_000));
    await nextTurn();
    await commit(...many(5, 2_000));

    expect(addedUp()).toBe(510);
    expect(await unwrapAsync(opened.outbox.summary(STORED_AT))).toMatchObject({
      states: { confirming: 515 },
      due: { advice: { count: 515 } },
    });
    expect(await unwrapAsync(opened.outbox.check())).toEqual([]);
  });

  it("are folded later if another process holds the write lock: the fold does not wait", async () => {
    await unwrapAsync(opened.outbox.close());
    const A_MINUTE_MS = 60_000;
    opened = openTestConnection(store.path, A_MINUTE_MS);
    const { durable, tryWithoutWaiting } = opened.connections;
    const waitMs = (): unknown => durable.pragma("busy_timeout", { simple: true });
    const other = new Database(store.path);
    other.exec("BEGIN IMMEDIATE");

    const waited: unknown[] = [];
    const addUp = (): void => {
      waited.push(waitMs());
      durable.exec("BEGIN IMMEDIATE");
    };
    expect(() => tryWithoutWaiting(addUp)).toThrow("locked");
    other.close();

    expect([...waited, waitMs()]).toEqual([0, A_MINUTE_MS]);
  });

  it("are folded when the file is opened, so that repeated crashes do not leave more and more to fold", async () => {
    await commit(...many(10, 1));
    const reopened = await store.open();

    expect(addedUp()).toBe(10);
    expect(await unwrapAsync(reopened.summary(STORED_AT))).toMatchObject({ states: { confirming: 10 } });
  });
});
