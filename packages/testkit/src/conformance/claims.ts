import type { Work } from "@electrum-vouchers/core/ports";
import { expect, it } from "vitest";
import { createChange, createClaim, claimIds, dueAt, commitAll, NOW, type OpenOutbox } from "./fixtures.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync } from "../unwrap.ts";

/** Who gets what, and in which order. */
export function testClaims(open: OpenOutbox): void {
  it("gives the whole record, with what is due and how often it was postponed", async () => {
    const outbox = await open();
    await commitAll(
      outbox,
      createChange(1),
      createChange(1, { expectedVersion: 1, record: "all of it", ...dueAt(NOW) }),
    );

    const { records } = await unwrapAsync(outbox.claim(createClaim("a")));

    expect(records).toMatchObject([
      {
        id: uuid(1),
        version: 2,
        committedAt: NOW,
        record: "all of it",
        postponed: 0,
        ...dueAt(NOW),
      },
    ]);
  });

  it("gives what is due by now, and nothing that is due later or not at all", async () => {
    const outbox = await open();
    await commitAll(
      outbox,
      createChange(1, dueAt(NOW - 1)),
      createChange(2, dueAt(NOW)),
      createChange(3, dueAt(NOW + 1)),
      createChange(4),
    );

    expect(await claimIds(outbox, "a")).toEqual([uuid(1), uuid(2)]);
  });

  it("gives the oldest first, and those due at one moment in the order of arrival", async () => {
    const outbox = await open();
    const moments = [NOW - 1, NOW - 3, NOW - 2, NOW - 3, NOW - 1];
    await commitAll(outbox, ...moments.map((at, index) => createChange(index, dueAt(at))));

    expect(await claimIds(outbox, "a")).toEqual([uuid(1), uuid(3), uuid(2), uuid(0), uuid(4)]);
  });

  it("puts several kinds of work into one order", async () => {
    const outbox = await open();
    await commitAll(
      outbox,
      createChange(1, dueAt(NOW - 1, "advice")),
      createChange(2, dueAt(NOW - 3, "timer")),
      createChange(3, dueAt(NOW - 2, "replyDeadline")),
      createChange(4, dueAt(NOW - 3, "advice")),
    );

    expect(await claimIds(outbox, "a")).toEqual([uuid(2), uuid(4), uuid(3), uuid(1)]);
  });

  testKindsAndLimits(open);
  testNextDueAt(open);
}

/** When to come back. */
function testNextDueAt(open: OpenOutbox): void {
  it("says when the next record is due", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW + 20)), createChange(2, dueAt(NOW + 10)));

    expect(await unwrapAsync(outbox.claim(createClaim("a")))).toEqual({ records: [], nextDueAt: NOW + 10 });
  });

  it("says so by the work that was asked for", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW + 10, "timer")), createChange(2, dueAt(NOW + 20, "advice")));

    expect(await unwrapAsync(outbox.claim({ ...createClaim("a"), work: ["advice"] }))).toMatchObject({
      nextDueAt: NOW + 20,
    });
    expect(await unwrapAsync(outbox.claim({ ...createClaim("a"), work: ["replyDeadline"] }))).toEqual({ records: [] });
  });

  it("says that more is due already where the limit left some", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW - 10)), createChange(2, dueAt(NOW - 5)));

    const { nextDueAt } = await unwrapAsync(outbox.claim(createClaim("a", NOW, NOW + 60_000, 1)));

    expect(nextDueAt).toBe(NOW - 5);
  });

  it("says when the first lease ends, its own included, where that comes first", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)), createChange(2, dueAt(NOW + 50)));

    expect(await unwrapAsync(outbox.claim(createClaim("a", NOW, NOW + 40)))).toMatchObject({ nextDueAt: NOW + 40 });
    expect(await unwrapAsync(outbox.claim(createClaim("b", NOW, NOW + 90)))).toEqual({
      records: [],
      nextDueAt: NOW + 40,
    });
    expect(await unwrapAsync(outbox.claim(createClaim("b", NOW + 40, NOW + 90)))).toMatchObject({
      nextDueAt: NOW + 50,
    });
  });

  it("says nothing where nothing waits", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1));

    expect(await unwrapAsync(outbox.claim(createClaim("a")))).toEqual({ records: [] });
  });
}

function testKindsAndLimits(open: OpenOutbox): void {
  it("gives no other work than what was asked for", async () => {
    const outbox = await open();
    const works: readonly Work[] = ["replyDeadline", "timer", "advice"];
    await commitAll(outbox, ...works.map((work, index) => createChange(index, dueAt(NOW, work))));

    for (const [index, work] of works.entries()) {
      const { records } = await unwrapAsync(outbox.claim({ ...createClaim("a"), work: [work] }));

      expect(records.map(({ id }) => id)).toEqual([uuid(index)]);
    }
    expect(await unwrapAsync(outbox.claim({ ...createClaim("a"), work: [] }))).toEqual({ records: [] });
  });

  it("gives a kind of work once, however often it was named", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)), createChange(2, dueAt(NOW)));

    const { records } = await unwrapAsync(outbox.claim({ ...createClaim("a"), work: ["advice", "advice"] }));

    expect(records.map(({ id }) => id)).toEqual([uuid(1), uuid(2)]);
  });

  it("gives no more than the limit, and the rest to whoever comes next", async () => {
    const outbox = await open();
    await commitAll(outbox, ...[1, 2, 3, 4, 5].map((n) => createChange(n, dueAt(NOW + n - 10))));

    const pages = [];
    for (const limit of [2, 0, 2, 2]) {
      const { records } = await unwrapAsync(outbox.claim(createClaim("a", NOW, NOW + 60_000, limit)));
      pages.push(records.map(({ id }) => id));
    }

    expect(pages).toEqual([[uuid(1), uuid(2)], [], [uuid(3), uuid(4)], [uuid(5)]]);
  });
}
