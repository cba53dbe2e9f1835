import type { Uuid } from "@electrum-vouchers/core";
import type { Change, ListQuery, OutboxInspection } from "@electrum-vouchers/core/ports";
import { expect, it } from "vitest";
import { createChange, createClaim, dueAt, commitAll, noWork, NOW, type OpenOutbox } from "./fixtures.ts";
import { redactionRequest } from "./retention-rules.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync } from "../unwrap.ts";

/** What people and their tools see. */
export function testInspection(open: OpenOutbox): void {
  testSummaries(open);

  it("journals every entry of a transaction, oldest first", async () => {
    const outbox = await open();
    await commitAll(
      outbox,
      createChange(1),
      createChange(2),
      ...[1, 2, 3].map((expectedVersion) => createChange(1, { expectedVersion })),
    );

    expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual(["entry 1.1", "entry 1.2", "entry 1.3", "entry 1.4"]);
    expect(await unwrapAsync(outbox.journal(uuid(3)))).toEqual([]);
  });

  it("finds nothing wrong with itself", async () => {
    const outbox = await open();
    await commitAll(
      outbox,
      createChange(1, dueAt(NOW)),
      createChange(2, { needsAttention: true }),
      createChange(1, { expectedVersion: 1 }),
    );

    expect(await unwrapAsync(outbox.check())).toEqual([]);
  });

  testLists(open);
  testHandOvers(open);
  testUndelivered(open);
  testFilters(open);
}

/** What there is, and what it is worth. */
function testSummaries(open: OpenOutbox): void {
  it("counts nothing in an empty store", async () => {
    const outbox = await open();

    expect(await unwrapAsync(outbox.summary(NOW))).toEqual({
      states: {},
      needsAttention: 0,
      due: noWork,
      waiting: noWork,
      halted: 0,
    });
  });

  it("counts transactions by state, those that want attention, and what waits", async () => {
    const outbox = await open();
    await commitAll(
      outbox,
      createChange(1, { state: "confirming", ...dueAt(NOW) }),
      createChange(2, { state: "confirming", kind: "redemption", ...dueAt(NOW - 7) }),
      createChange(3, { state: "waitingToRetry", ...dueAt(NOW + 9, "timer") }),
      createChange(4, { state: "disputed", needsAttention: true }),
      createChange(5, { state: "confirmed", final: true }),
      createChange(4, { expectedVersion: 1, state: "resolved", needsAttention: true, final: true }),
      createChange(1, { expectedVersion: 1, state: "confirmed", final: true }),
    );

    expect(await unwrapAsync(outbox.summary(NOW))).toEqual({
      states: { confirmed: 2, confirming: 1, waitingToRetry: 1, resolved: 1 },
      needsAttention: 1,
      due: { ...noWork, advice: { count: 1, amounts: {} } },
      waiting: { ...noWork, timer: { count: 1, amounts: {} } },
      halted: 0,
      oldestDueAt: NOW - 7,
    });
  });

  testPending(open);
}

/** What is due, and what waits. */
function testPending(open: OpenOutbox): void {
  it("counts what is due and what waits apart, with the money in each by currency", async () => {
    const outbox = await open();
    const worth = (amount: number, currency: string) => ({ labels: { amount: { amount, currency } } });
    await commitAll(
      outbox,
      createChange(1, { ...dueAt(NOW - 1), ...worth(10_000, "710") }),
      createChange(2, { ...dueAt(NOW), ...worth(2_500, "710") }),
      createChange(3, { ...dueAt(NOW), ...worth(900, "840") }),
      createChange(4, dueAt(NOW)),
      createChange(5, { ...dueAt(NOW + 1), ...worth(7, "710") }),
      createChange(6, { ...dueAt(NOW + 1, "timer"), ...worth(Number.MAX_SAFE_INTEGER, "710") }),
      createChange(7, worth(50, "710")),
      createChange(8, { final: true, ...worth(60, "710") }),
    );

    expect(await unwrapAsync(outbox.summary(NOW))).toMatchObject({
      due: { ...noWork, advice: { count: 4, amounts: { 710: 12_500, 840: 900 } } },
      waiting: {
        ...noWork,
        timer: { count: 1, amounts: { 710: Number.MAX_SAFE_INTEGER } },
        advice: { count: 1, amounts: { 710: 7 } },
      },
    });
    expect(await unwrapAsync(outbox.summary(NOW + 1))).toMatchObject({ waiting: noWork });
  });

  it("counts what is leased or postponed as due, since when it was due", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW - 2)), createChange(2, dueAt(NOW - 1)));
    await unwrapAsync(outbox.postpone({ id: uuid(1), version: 1, at: NOW, until: NOW + 50, reason: "status 503" }));
    await unwrapAsync(outbox.claim(createClaim("a")));

    expect(await unwrapAsync(outbox.summary(NOW))).toMatchObject({
      due: { advice: { count: 2 } },
      oldestDueAt: NOW - 2,
    });
  });
}

function testLists(open: OpenOutbox): void {
  it("lists records with their kind and state, in the order of arrival", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(2, { kind: "redemption", state: "found" }), createChange(1, dueAt(NOW)));
    await commitAll(outbox, createChange(2, { expectedVersion: 1, kind: "redemption", state: "redeeming" }));

    expect(await unwrapAsync(outbox.list({ limit: 10 }))).toEqual({
      records: [
        {
          id: uuid(2),
          version: 2,
          committedAt: NOW,
          record: "record 2.2",
          kind: "redemption",
          state: "redeeming",
          needsAttention: false,
        },
        {
          id: uuid(1),
          version: 1,
          committedAt: NOW,
          record: "record 1.1",
          kind: "provision",
          state: "requesting",
          needsAttention: false,
          ...dueAt(NOW),
        },
      ],
    });
  });

  it("lists page by page, and says which one is the last", async () => {
    const outbox = await open();
    await commitAll(outbox, ...[1, 2, 3, 4].map((n) => createChange(n)));

    expect(await pages(outbox, { limit: 3 })).toEqual([[uuid(1), uuid(2), uuid(3)], [uuid(4)]]);
    expect(await pages(outbox, { limit: 2 })).toEqual([
      [uuid(1), uuid(2)],
      [uuid(3), uuid(4)],
    ]);
    expect(await pages(await open(), { limit: 2 })).toEqual([[]]);
  });

  testOnly(open);
}

/** What is looked for by an index of its own. */
function testOnly(open: OpenOutbox): void {
  it("lists the unfinished alone, page by page, also past one that has since finished", async () => {
    const outbox = await open();
    await commitAll(
      outbox,
      createChange(1),
      createChange(2, { final: true }),
      createChange(3),
      createChange(4),
      createChange(5, { final: true }),
    );

    const first = await unwrapAsync(outbox.list({ only: "unfinished", limit: 1 }));
    await commitAll(outbox, createChange(1, { expectedVersion: 1, final: true }));

    expect(first).toMatchObject({ records: [{ id: uuid(1) }], next: uuid(1) });
    expect(await pages(outbox, { only: "unfinished", after: uuid(1), limit: 1 })).toEqual([[uuid(3)], [uuid(4)]]);
  });

  it("lists those that want attention alone, finished or not", async () => {
    const outbox = await open();
    await commitAll(
      outbox,
      createChange(1, { needsAttention: true }),
      createChange(2),
      createChange(3, { needsAttention: true, final: true }),
    );
    await commitAll(outbox, createChange(4, { needsAttention: true }), createChange(4, { expectedVersion: 1 }));

    expect(await pages(outbox, { only: "needsAttention", limit: 10 })).toEqual([[uuid(1), uuid(3)]]);
  });
}

/** What a till looks for after a restart. */
function testHandOvers(open: OpenOutbox): void {
  it("lists those whose voucher is still to be handed over, finished or not, until it is, or is redacted", async () => {
    const outbox = await open();
    await commitAll(
      outbox,
      createChange(1, { toHandOver: true }),
      createChange(2, { toHandOver: true, final: true }),
      createChange(3, { final: true }),
      createChange(4, { toHandOver: true }),
    );
    expect(await pages(outbox, { only: "toHandOver", limit: 10 })).toEqual([[uuid(1), uuid(2), uuid(4)]]);
    await commitAll(outbox, createChange(4, { expectedVersion: 1 }));
    await unwrapAsync(outbox.applyRetention(redactionRequest(Number.POSITIVE_INFINITY)));
    expect(await pages(outbox, { only: "toHandOver", limit: 10 })).toEqual([[uuid(1)]]);
  });
}

/** What a till asks before it lets a sale begin. */
function testUndelivered(open: OpenOutbox): void {
  it("counts the confirmations of a queue that are to be delivered, with their money, held by whatever", async () => {
    const outbox = await open();
    const confirming = (n: number, queue: string, at = NOW): Change =>
      createChange(n, {
        state: "confirming",
        labels: { queue, amount: { amount: n, currency: "710" } },
        ...dueAt(at),
      });
    await commitAll(
      outbox,
      confirming(1, "q", NOW - 5),
      confirming(2, "q", NOW + 5),
      confirming(3, "r"),
      createChange(4, { state: "reversing", labels: { queue: "q" }, ...dueAt(NOW) }),
      createChange(5, { state: "confirming", labels: { queue: "q" } }),
      createChange(6, { state: "confirming", ...dueAt(NOW) }),
    );
    await unwrapAsync(outbox.claim(createClaim("a")));
    const sum = { count: 2, amounts: { 710: 3 }, oldestDueAt: NOW - 5 };
    expect(await unwrapAsync(outbox.undelivered("q"))).toEqual(sum);
    expect(await unwrapAsync(outbox.undelivered(""))).toEqual({ count: 1, amounts: {}, oldestDueAt: NOW });
    expect(await unwrapAsync(outbox.undelivered("none"))).toEqual({ count: 0, amounts: {} });
  });
}

/** What an operator looks for by what stands beside a record. */
function testFilters(open: OpenOutbox): void {
  const every = {
    1: { labels: { queue: "q", client: "c", terminal: "till 1", correlation: "order 1" }, at: NOW - 9 },
    2: { labels: { queue: "q", client: "d", terminal: "till 2" }, state: "issued", ...dueAt(NOW + 5, "timer") },
    3: { kind: "redemption", state: "found", ...dueAt(NOW, "timer") },
    4: { kind: "refund", state: "confirmed", final: true, needsAttention: true, at: NOW - 5 },
  } satisfies Readonly<Record<number, Partial<Change>>>;

  it.each<[string, Partial<ListQuery>, readonly number[]]>([
    ["kind", { kind: "redemption" }, [3]],
    ["another kind", { kind: "refund" }, [4]],
    ["state", { state: "issued" }, [2]],
    ["queue", { queue: "q" }, [1, 2]],
    ["no queue", { queue: "" }, [3, 4]],
    ["client", { client: "d" }, [2]],
    ["no client", { client: "" }, [3, 4]],
    ["terminal", { terminal: "till 1" }, [1]],
    ["correlation", { correlation: "order 1" }, [1]],
    ["what is due by then", { dueBy: NOW }, [3]],
    ["age", { committedBefore: NOW - 5 }, [1]],
    ["the time since then", { committedSince: NOW - 5 }, [2, 3, 4]],
    ["several of them at once", { queue: "q", committedSince: NOW }, [2]],
    ["what is unfinished, and one of them", { only: "unfinished", client: "" }, [3]],
    ["what needs attention, and one of them", { only: "needsAttention", state: "issued" }, []],
  ])("lists by %s", async (_, query, expected) => {
    const outbox = await open();
    await commitAll(outbox, ...Object.entries(every).map(([n, fields]) => createChange(Number(n), fields)));

    expect(await pages(outbox, { ...query, limit: 9 })).toEqual([expected.map(uuid)]);
  });

  it("lists page by page what a filter leaves", async () => {
    const outbox = await open();
    await commitAll(outbox, ...[1, 2, 3, 4].map((n) => createChange(n, { state: n % 2 === 0 ? "issued" : "found" })));

    expect(await pages(outbox, { state: "issued", limit: 1 })).toEqual([[uuid(2)], [uuid(4)]]);
  });

  it("lists what stands beside a record", async () => {
    const outbox = await open();
    const beside = { terminal: "till 1", amount: { amount: 5, currency: "710" }, correlation: "order 1" };
    await commitAll(outbox, createChange(1, { needsAttention: true, labels: { queue: "q", client: "c", ...beside } }));

    expect(await unwrapAsync(outbox.list({ limit: 1 }))).toMatchObject({
      records: [{ needsAttention: true, queue: "q", client: "c", ...beside }],
    });
  });
}

/** The ids on every page. */
async function pages(outbox: OutboxInspection, query: ListQuery): Promise<readonly (readonly Uuid[])[]> {
  const { records, next } = await unwrapAsync(outbox.list(query));
  const page = records.map(({ id }) => id);
  return next === undefined ? [page] : [page, ...(await pages(outbox, { ...query, after: next }))];
}
