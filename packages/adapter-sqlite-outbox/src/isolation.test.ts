import { createMemoryOutbox, STORED_AT, storedChange, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import type { ClaimedRecord, ClaimRequest, Outbox } from "@electrum-vouchers/core/ports";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type TestConnection, openTestConnection } from "../test/test-connection.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";

// What is stuck costs no other transaction anything.

const STUCK = 6_000;
const HEALTHY = 50;
const LATER = STORED_AT + 60_000;

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

/** Commits many that are put off, older than the few that are not, in the same queue and in others. */
async function fill(outbox: Outbox, stuck = STUCK): Promise<void> {
  const commit = (n: number, at: number) =>
    unwrapAsync(
      outbox.commit(
        storedChange(n, {
          due: { at, work: "advice", description: "confirmVoucher" },
          labels: { queue: `q${n % 3}`, client: `c${n % 2}` },
        }),
      ),
    );
  await Promise.all(Array.from({ length: stuck }, async (_, n) => commit(n, STORED_AT - 10_000 + (n % 1_000))));
  await Promise.all(
    Array.from({ length: stuck }, async (_, n) => {
      const postponement = { id: uuid(n), version: 1, at: STORED_AT, until: LATER + n, reason: "status 503" };
      return unwrapAsync(outbox.postpone(n % 2 === 0 ? { ...postponement, cause: "noResponse" } : postponement));
    }),
  );
  await Promise.all(Array.from({ length: HEALTHY }, async (_, n) => commit(STUCK + n, STORED_AT - 1_000 + n)));
}

const claim: ClaimRequest = { worker: "a", work: ["advice"], now: STORED_AT, until: LATER, limit: 16 };

/** How many rows the work reads, of all statements together. */
async function rowsReadBy(work: () => Promise<unknown>): Promise<number> {
  const prototype = Object.getPrototypeOf(opened.connections.durable.prepare("SELECT 1"));
  const all = vi.spyOn(prototype, "all");
  await work();
  const rows = all.mock.results.reduce((sum, { value }) => sum + (Array.isArray(value) ? value.length : 0), 0);
  vi.restoreAllMocks();
  return rows;
}

describe("a claim, however many are stuck", () => {
  it("reads as many rows as without them", async () => {
    await fill(opened.outbox, 0);
    await unwrapAsync(opened.outbox.claim({ ...claim, limit: 1 }));
    const without = await rowsReadBy(() => unwrapAsync(opened.outbox.claim(claim)));
    await unwrapAsync(opened.outbox.close());
    await store.remove();

    store = temporaryStore();
    opened = openTestConnection(store.path);
    await fill(opened.outbox);
    await unwrapAsync(opened.outbox.claim({ ...claim, limit: 1 }));
    const withThem = await rowsReadBy(() => unwrapAsync(opened.outbox.claim(claim)));

    expect(withThem).toBeLessThanOrEqual(without * 1.5);
  });

  it("looks at no row that is stuck: the index ends where they begin", async () => {
    await fill(opened.outbox);
    await unwrapAsync(opened.outbox.claim({ ...claim, limit: 1 }));

    const plan = opened.connections.schedule.use((_, database) =>
      database
        .prepare<[], { readonly detail: string }>(
          `EXPLAIN QUERY PLAN SELECT row_id FROM schedule
           WHERE partition_id = 1 AND is_repeat = 0 AND due_at <= 5 AND available_at = due_at ORDER BY due_at, row_id LIMIT 5`,
        )
        .all()
        .map(({ detail }) => detail),
    );
    expect(plan).toEqual(["SEARCH schedule USING INDEX schedule_free (partition_id=? AND is_repeat=? AND due_at<?)"]);
    expect(
      opened.connections.schedule.use((_, database) =>
        database
          .prepare("SELECT count(*) FROM schedule INDEXED BY schedule_free WHERE available_at = due_at")
          .pluck()
          .get(),
      ),
    ).toBe(HEALTHY - 1);
  });

  it("gives what the outbox in memory gives, in its order, with thousands of stuck ones", async () => {
    const model = createMemoryOutbox();
    const both = [opened.outbox, model];
    for (const outbox of both) await fill(outbox);
    const requests: readonly ClaimRequest[] = [
      claim,
      { ...claim, deliveries: "repeat" },
      { ...claim, clients: ["c1"] },
      { ...claim, exceptQueues: ["q0"] },
      { ...claim, now: LATER + 100, until: LATER * 2, limit: 300 },
      { ...claim, now: LATER + 4_000, until: LATER * 2, limit: 500, queues: ["q1"] },
      { ...claim, now: LATER + 4_000, until: LATER * 2, limit: 500, deliveries: "first" },
    ];

    for (const request of requests) {
      const [given, expected] = await Promise.all(both.map((outbox) => unwrapAsync(outbox.claim(request))));
      expect(given).toEqual({ ...expected, records: expected?.records.map(waited) });
      const advance = { queue: "q2", now: request.now, limit: 7 };
      expect(await unwrapAsync(opened.outbox.advance(advance))).toBe(await unwrapAsync(model.advance(advance)));
    }
    expect(await unwrapAsync(opened.outbox.summary(STORED_AT))).toEqual(await unwrapAsync(model.summary(STORED_AT)));
  });
});

/** The outbox in memory has no clock that tells how long a record has waited. */
const waited = (record: ClaimedRecord): ClaimedRecord => ({ ...record, waitedMs: expect.any(Number) });

describe("a claim after much was committed by another process", () => {
  it("copies a bounded number, and says that it is to be called again at once until it has them all", async () => {
    const other = await store.open();
    // A process that never claims, and dies before it puts things in order.
    const raw = new Database(store.path);
    await unwrapAsync(other.commit(storedChange(0)));
    raw.exec(`
      WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 12001)
      INSERT INTO transactions (row_id, id, version, kind, state, needs_attention, to_hand_over, committed_at, due_at, due_work,
        due_description, record)
      SELECT i, format('00000000-0000-4000-8000-%012x', i), 1, 'provision', 'confirming', 0, 0, ${STORED_AT}, ${STORED_AT} + 60000, 'advice',
        'confirmVoucher', 'record' FROM n;
      INSERT INTO journal (position, row_id, version, state, needs_attention, entry)
      SELECT row_id, row_id, 1, 'confirming', 0, 'entry' FROM transactions WHERE row_id > 1;`);
    raw.close();

    const request = { ...claim, limit: 1 };
    expect((await unwrapAsync(other.claim(request))).records).toHaveLength(1);
    const { nextDueAt } = await unwrapAsync(other.claim(request));
    expect(nextDueAt).toBe(STORED_AT);
    let calls = 0;
    while ((await unwrapAsync(other.claim(request))).nextDueAt === STORED_AT) calls += 1;

    expect(calls).toBeLessThan(4);
    expect(await unwrapAsync(other.claim({ ...request, now: LATER, limit: 20_000 }))).toMatchObject({
      records: { length: 12_001 },
    });
  });
});
