import type { Uuid } from "@electrum-vouchers/core";
import type { ListQuery, OutboxInspection } from "@electrum-vouchers/core/ports";
import { expect, it } from "vitest";
import { createChange, createClaim, dueAt, commitAll, NOW, type OpenOutbox } from "./fixtures.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync } from "../unwrap.ts";

/** What people and their tools see. */
export function testInspection(open: OpenOutbox): void {
  it("counts nothing in an empty store", async () => {
    const outbox = await open();

    expect(await unwrapAsync(outbox.summary())).toEqual({
      states: {},
      needsAttention: 0,
      due: { replyDeadline: 0, timer: 0, advice: 0 },
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

    expect(await unwrapAsync(outbox.summary())).toEqual({
      states: { confirmed: 2, confirming: 1, waitingToRetry: 1, resolved: 1 },
      needsAttention: 1,
      due: { replyDeadline: 0, timer: 1, advice: 1 },
      halted: 0,
      oldestDueAt: NOW - 7,
    });
  });

  it("counts what is leased or postponed as waiting, since when it was due", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW - 2)), createChange(2, dueAt(NOW - 1)));
    await unwrapAsync(outbox.postpone({ id: uuid(1), version: 1, until: NOW + 50, reason: "status 503" }));
    await unwrapAsync(outbox.claim(createClaim("a")));

    expect(await unwrapAsync(outbox.summary())).toMatchObject({ due: { advice: 2 }, oldestDueAt: NOW - 2 });
  });

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
}

function testLists(open: OpenOutbox): void {
  it("lists records with their kind and state, in the order of arrival", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(2, { kind: "redemption", state: "found" }), createChange(1, dueAt(NOW)));
    await commitAll(outbox, createChange(2, { expectedVersion: 1, kind: "redemption", state: "redeeming" }));

    expect(await unwrapAsync(outbox.list({ limit: 10 }))).toEqual({
      records: [
        { id: uuid(2), version: 2, record: "record 2.2", kind: "redemption", state: "redeeming" },
        { id: uuid(1), version: 1, record: "record 1.1", kind: "provision", state: "requesting", ...dueAt(NOW) },
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

/** The ids on every page. */
async function pages(outbox: OutboxInspection, query: ListQuery): Promise<readonly (readonly Uuid[])[]> {
  const { records, next } = await unwrapAsync(outbox.list(query));
  const page = records.map(({ id }) => id);
  return next === undefined ? [page] : [page, ...(await pages(outbox, { ...query, after: next }))];
}
