import { createRetentionRules, type Entry } from "@electrum-vouchers/core";
import type { Change, RetentionResult } from "@electrum-vouchers/core/ports";
import {
  changesOf,
  policyOf,
  provisionRequest,
  STORED_AT,
  storedRetention,
  unwrapAsync,
  uuid,
} from "@electrum-vouchers/testkit";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";

const YEAR_3000 = 32_503_680_000_000;

let store: TemporaryStore;
let outbox: SqliteOutbox;
beforeEach(async () => {
  store = temporaryStore();
  outbox = await store.open();
});
afterEach(() => store.remove());

/** The journal of a sale that is declined. */
const declinedJournal = (n: number): readonly Entry[] => [
  {
    type: "provisionStarted",
    start: {
      request: provisionRequest(uuid(n)),
      confirmationId: uuid(n + 1_000),
      reversalId: uuid(n + 2_000),
      policy: policyOf(),
      at: STORED_AT,
    },
  },
  {
    type: "fact",
    fact: {
      type: "response",
      attempt: 0,
      status: 400,
      body: JSON.stringify({ id: uuid(n), errorType: "TRANSACTION_DECLINED", errorMessage: "no" }),
      at: STORED_AT,
    },
  },
];

/** A sale that is open: its first attempt is under way. */
const openSale = (n: number): readonly Change[] => changesOf(declinedJournal(n).slice(0, 1), STORED_AT);

/** A sale that was declined. */
const declinedSale = (n: number): readonly Change[] => changesOf(declinedJournal(n), STORED_AT);

async function commit(changes: readonly Change[]): Promise<void> {
  for (const each of changes) await unwrapAsync(outbox.commit(each));
}

/** What another program does to the file. */
function run(sql: string, ...values: readonly unknown[]): void {
  const raw = new Database(store.path);
  raw.prepare(sql).run(...values);
  raw.close();
}

const columnsNow = (): unknown => {
  const raw = new Database(store.path);
  const row = raw.prepare("SELECT due_at, finished_at FROM transactions").get();
  raw.close();
  return row;
};

const applyRetention = (before: number): Promise<RetentionResult> =>
  unwrapAsync(outbox.applyRetention(storedRetention({ redactBefore: before, deleteBefore: before, limit: 9 })));

describe("columns that another program has changed", () => {
  it.each([
    ["due_at", YEAR_3000, { due_at: STORED_AT + 60_000, finished_at: null }],
    ["finished_at", 1, { due_at: STORED_AT + 60_000, finished_at: null }],
    ["state", "declined", { due_at: STORED_AT + 60_000, finished_at: null }],
    ["queue", null, { due_at: STORED_AT + 60_000, finished_at: null }],
    ["due_description", "reverseVoucher", { due_at: STORED_AT + 60_000, finished_at: null }],
  ])("of an open sale: %s is named by a check, and corrected", async (column, value, expected) => {
    await commit(openSale(1));
    run(`UPDATE transactions SET ${column} = ?`, value);

    expect(await unwrapAsync(outbox.check())).toContain(
      `the record of transaction ${uuid(1)} contradicts its ${column}`,
    );
    expect(await unwrapAsync(outbox.correctColumns({ limit: 1 }))).toEqual({
      corrected: [{ id: uuid(1), columns: [column] }],
      damaged: [],
    });

    expect(columnsNow()).toEqual(expected);
    expect(await unwrapAsync(outbox.check())).toEqual([]);
  });

  it.each([
    ["sooner than it finished, so that retention would take it at once", 1],
    ["in a thousand years, so that its codes would stay", YEAR_3000],
    ["never", null],
  ])("of one that is finished: %s", async (_, finishedAt) => {
    await commit(declinedSale(1));
    run("UPDATE transactions SET finished_at = ?", finishedAt);

    expect(await applyRetention(STORED_AT)).toMatchObject({ redacted: 0, deleted: 0, failed: [] });
    await unwrapAsync(outbox.correctColumns({ limit: 1 }));

    expect(columnsNow()).toEqual({ due_at: null, finished_at: STORED_AT });
    expect(await applyRetention(STORED_AT + 1)).toMatchObject({ redacted: 0, deleted: 1, failed: [] });
  });

  it("are corrected in what a second process claims", async () => {
    await commit(openSale(1));
    run("UPDATE transactions SET due_at = ?", YEAR_3000);
    const other = await store.open();
    const claim = {
      worker: "a",
      work: ["replyDeadline"] as const,
      now: STORED_AT + 60_000,
      until: STORED_AT + 90_000,
      limit: 1,
    };
    await unwrapAsync(outbox.correctColumns({ limit: 1 }));

    expect(await unwrapAsync(other.claim(claim))).toMatchObject({
      records: [{ id: uuid(1), due: { at: STORED_AT + 60_000 } }],
    });
    expect(await unwrapAsync(other.correctColumns({ limit: 1 }))).toEqual({ corrected: [], damaged: [] });
  });

  it("in the journal as well: the counts by state follow", async () => {
    await commit(openSale(1));
    await commit(openSale(2));
    run("UPDATE journal SET state = 'declined', needs_attention = 1 WHERE row_id = 1");
    run("UPDATE transactions SET state = 'declined', needs_attention = 1 WHERE row_id = 1");
    expect(await unwrapAsync(outbox.summary(STORED_AT))).toMatchObject({ states: { declined: 1 }, needsAttention: 1 });

    await unwrapAsync(outbox.correctColumns({ limit: 9 }));

    expect(await unwrapAsync(outbox.summary(STORED_AT))).toMatchObject({
      states: { requesting: 2 },
      needsAttention: 0,
    });
    expect(await unwrapAsync(outbox.check())).toEqual([]);
  });
});

describe("a record that cannot be trusted", () => {
  const recordOf = (n: number): string => openSale(n)[0]?.record ?? "";

  it.each([
    ["with a changed character", recordOf(1).replace("TILL0001", "TILL0002")],
    ["without its beginning", recordOf(1).slice(1)],
    ["of another transaction", recordOf(2)],
  ])("%s is named by a check, and needs attention from then on; its other columns are left", async (_, record) => {
    await commit(openSale(1));
    run("UPDATE transactions SET record = ?, due_at = ?", record, YEAR_3000);

    expect(await unwrapAsync(outbox.check())).toEqual([`transaction ${uuid(1)}: the record is damaged`]);

    expect(await unwrapAsync(outbox.summary(STORED_AT))).toMatchObject({
      states: { requesting: 1 },
      needsAttention: 1,
    });
    expect(await unwrapAsync(outbox.correctColumns({ limit: 1 }))).toEqual({ corrected: [], damaged: [] });
    expect(columnsNow()).toEqual({ due_at: YEAR_3000, finished_at: null });
  });

  it("is told once by who compares the columns, and counts from then on", async () => {
    await commit(openSale(1));
    run("UPDATE transactions SET record = ?", recordOf(2));

    expect(await unwrapAsync(outbox.correctColumns({ limit: 1 }))).toEqual({ corrected: [], damaged: [uuid(1)] });
    expect(await unwrapAsync(outbox.correctColumns({ limit: 1 }))).toEqual({ corrected: [], damaged: [] });
    expect(await unwrapAsync(outbox.summary(STORED_AT))).toMatchObject({ needsAttention: 1 });
  });

  it("stays with retention, which says so", async () => {
    await commit(declinedSale(1));
    run("UPDATE transactions SET record = ?", recordOf(2));

    const rules = createRetentionRules();
    expect(
      await unwrapAsync(outbox.applyRetention(storedRetention({ deleteBefore: STORED_AT + 1, rules }))),
    ).toMatchObject({
      redacted: 0,
      deleted: 0,
      failed: [uuid(1)],
    });
    expect(await unwrapAsync(outbox.summary(STORED_AT))).toMatchObject({ needsAttention: 1 });
    expect(await unwrapAsync(outbox.check())).toEqual([`transaction ${uuid(1)}: the record is damaged`]);
  });

  it("of a newer release is left alone", async () => {
    await commit(openSale(1));
    run("UPDATE transactions SET record = ?", recordOf(1).replace('"version":1', '"version":2'));

    expect(await unwrapAsync(outbox.check())).toEqual([]);
    expect(await unwrapAsync(outbox.correctColumns({ limit: 1 }))).toEqual({ corrected: [], damaged: [] });
    expect(await unwrapAsync(outbox.summary(STORED_AT))).toMatchObject({ needsAttention: 0 });
  });
});
