import type { Uuid } from "@electrum-vouchers/core";
import type { ListQuery, OutboxInspection } from "@electrum-vouchers/core/ports";
import { expect, it } from "vitest";
import { change, claim, done, dueAt, given, NOW, type Open, uuid } from "./given.ts";

/** What people and their tools see. */
export function inspection(open: Open): void {
  it("counts nothing in an empty store", async () => {
    const outbox = await open();

    expect(await done(outbox.summary())).toEqual({
      states: {},
      attention: 0,
      due: { replyDeadline: 0, timer: 0, advice: 0 },
    });
  });

  it("counts transactions by state, those that want attention, and what waits", async () => {
    const outbox = await open();
    await given(
      outbox,
      change(1, { state: "confirming", ...dueAt(NOW) }),
      change(2, { state: "confirming", kind: "redemption", ...dueAt(NOW - 7) }),
      change(3, { state: "waitingToRetry", ...dueAt(NOW + 9, "timer") }),
      change(4, { state: "disputed", attention: true }),
      change(5, { state: "confirmed", final: true }),
      change(4, { expectedVersion: 1, state: "resolved", attention: true, final: true }),
      change(1, { expectedVersion: 1, state: "confirmed", final: true }),
    );

    expect(await done(outbox.summary())).toEqual({
      states: { confirmed: 2, confirming: 1, waitingToRetry: 1, resolved: 1 },
      attention: 1,
      due: { replyDeadline: 0, timer: 1, advice: 1 },
      oldestDueAt: NOW - 7,
    });
  });

  it("counts what is leased or postponed as waiting, since when it was due", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW - 2)), change(2, dueAt(NOW - 1)));
    await done(outbox.postpone({ id: uuid(1), version: 1, until: NOW + 50, why: "status 503" }));
    await done(outbox.claim(claim("a")));

    expect(await done(outbox.summary())).toMatchObject({ due: { advice: 2 }, oldestDueAt: NOW - 2 });
  });

  it("journals every entry of a transaction, oldest first", async () => {
    const outbox = await open();
    await given(outbox, change(1), change(2), ...[1, 2, 3].map((expectedVersion) => change(1, { expectedVersion })));

    expect(await done(outbox.journal(uuid(1)))).toEqual(["entry 1.1", "entry 1.2", "entry 1.3", "entry 1.4"]);
    expect(await done(outbox.journal(uuid(3)))).toEqual([]);
  });

  it("finds nothing wrong with itself", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW)), change(2, { attention: true }), change(1, { expectedVersion: 1 }));

    expect(await done(outbox.check())).toEqual([]);
  });

  lists(open);
}

function lists(open: Open): void {
  it("lists records with their kind and state, in the order of arrival", async () => {
    const outbox = await open();
    await given(outbox, change(2, { kind: "redemption", state: "found" }), change(1, dueAt(NOW)));
    await given(outbox, change(2, { expectedVersion: 1, kind: "redemption", state: "redeeming" }));

    expect(await done(outbox.list({ limit: 10 }))).toEqual({
      records: [
        { id: uuid(2), version: 2, record: "record 2.2", kind: "redemption", state: "redeeming" },
        { id: uuid(1), version: 1, record: "record 1.1", kind: "provision", state: "requesting", ...dueAt(NOW) },
      ],
    });
  });

  it("lists page by page, and says which one is the last", async () => {
    const outbox = await open();
    await given(outbox, ...[1, 2, 3, 4].map((n) => change(n)));

    expect(await pages(outbox, { limit: 3 })).toEqual([[uuid(1), uuid(2), uuid(3)], [uuid(4)]]);
    expect(await pages(outbox, { limit: 2 })).toEqual([
      [uuid(1), uuid(2)],
      [uuid(3), uuid(4)],
    ]);
    expect(await pages(await open(), { limit: 2 })).toEqual([[]]);
  });

  it("lists the unfinished alone, page by page, also past one that has since finished", async () => {
    const outbox = await open();
    await given(outbox, change(1), change(2, { final: true }), change(3), change(4), change(5, { final: true }));

    const first = await done(outbox.list({ only: "unfinished", limit: 1 }));
    await given(outbox, change(1, { expectedVersion: 1, final: true }));

    expect(first).toMatchObject({ records: [{ id: uuid(1) }], next: uuid(1) });
    expect(await pages(outbox, { only: "unfinished", after: uuid(1), limit: 1 })).toEqual([[uuid(3)], [uuid(4)]]);
  });

  it("lists those that want attention alone, finished or not", async () => {
    const outbox = await open();
    await given(outbox, change(1, { attention: true }), change(2), change(3, { attention: true, final: true }));
    await given(outbox, change(4, { attention: true }), change(4, { expectedVersion: 1 }));

    expect(await pages(outbox, { only: "attention", limit: 10 })).toEqual([[uuid(1), uuid(3)]]);
  });
}

/** The ids on every page. */
async function pages(outbox: OutboxInspection, query: ListQuery): Promise<readonly (readonly Uuid[])[]> {
  const { records, next } = await done(outbox.list(query));
  const page = records.map(({ id }) => id);
  return next === undefined ? [page] : [page, ...(await pages(outbox, { ...query, after: next }))];
}
