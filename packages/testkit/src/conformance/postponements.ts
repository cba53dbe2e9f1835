import { expect, it } from "vitest";
import { createChange, createClaim, claimIds, dueAt, commitAll, NOW, type OpenOutbox, load } from "./fixtures.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync } from "../unwrap.ts";

const UNTIL = NOW + 1_000;
const postponement = { id: uuid(1), version: 1, at: NOW, until: UNTIL, reason: "status 503" };

/** What could not be done now is done later, and is no step of the transaction. */
export function testPostponements(open: OpenOutbox): void {
  it("cannot be claimed before its time, and then with the count of its postponements", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));

    await unwrapAsync(outbox.postpone(postponement));
    await unwrapAsync(outbox.postpone({ ...postponement, until: UNTIL + 10 }));

    expect(await unwrapAsync(outbox.claim(createClaim("a", UNTIL + 9)))).toEqual({
      records: [],
      nextDueAt: UNTIL + 10,
    });
    const { records } = await unwrapAsync(outbox.claim(createClaim("a", UNTIL + 10)));
    expect(records).toMatchObject([
      {
        id: uuid(1),
        version: 1,
        record: "record 1.1",
        committedAt: NOW,
        postponed: 2,
        ...dueAt(NOW),
      },
    ]);
  });

  it("gives its lease back", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));
    await unwrapAsync(outbox.claim(createClaim("a", NOW, UNTIL + 5_000)));

    await unwrapAsync(outbox.postpone(postponement));

    expect(await claimIds(outbox, "b", UNTIL)).toEqual([uuid(1)]);
  });

  it("keeps its place in the order, which goes by when it was due", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW - 5)), createChange(2, dueAt(NOW)));

    await unwrapAsync(outbox.postpone(postponement));

    expect(await claimIds(outbox, "a", UNTIL)).toEqual([uuid(1), uuid(2)]);
  });

  it("is no step: neither version, record, due nor journal change", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));
    const before = await load(outbox, uuid(1));

    await unwrapAsync(outbox.postpone(postponement));

    expect(await load(outbox, uuid(1))).toEqual(before);
    expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual(["entry 1.1"]);
  });

  it("never brings work forward", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW + 500)));

    await unwrapAsync(outbox.postpone({ ...postponement, until: NOW }));

    expect(await unwrapAsync(outbox.claim(createClaim("a", NOW + 499)))).toEqual({ records: [], nextDueAt: NOW + 500 });
  });

  testIgnoredPostponements(open);
  testPostponementCount(open);
}

function testIgnoredPostponements(open: OpenOutbox): void {
  it("is ignored once the version has moved on", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)), createChange(1, { expectedVersion: 1, ...dueAt(NOW) }));

    await unwrapAsync(outbox.postpone({ ...postponement, version: 1 }));

    const { records } = await unwrapAsync(outbox.claim(createClaim("a")));
    expect(records).toMatchObject([{ id: uuid(1), version: 2, postponed: 0 }]);
  });

  it("is ignored where nothing is due, or no such record exists", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1));

    await unwrapAsync(outbox.postpone(postponement));
    await unwrapAsync(outbox.postpone({ ...postponement, id: uuid(2) }));

    expect(await unwrapAsync(outbox.claim(createClaim("a")))).toEqual({ records: [] });
    await commitAll(outbox, createChange(1, { expectedVersion: 1, ...dueAt(NOW) }), createChange(2, dueAt(NOW)));
    expect(await claimIds(outbox, "a")).toEqual([uuid(1), uuid(2)]);
  });
}

function testPostponementCount(open: OpenOutbox): void {
  it("is counted anew after each commit", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));
    await unwrapAsync(outbox.postpone(postponement));

    await commitAll(outbox, createChange(1, { expectedVersion: 1, ...dueAt(NOW) }));

    const { records } = await unwrapAsync(outbox.claim(createClaim("a")));
    expect(records).toMatchObject([{ version: 2, postponed: 0 }]);
  });

  it("is counted on through leases and their release", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));
    await unwrapAsync(outbox.postpone(postponement));
    await unwrapAsync(outbox.claim(createClaim("a", UNTIL)));
    await unwrapAsync(outbox.release({ worker: "a" }));

    await unwrapAsync(outbox.postpone({ ...postponement, until: UNTIL + 10 }));

    const { records } = await unwrapAsync(outbox.claim(createClaim("a", UNTIL + 10)));
    expect(records).toMatchObject([{ postponed: 2 }]);
  });

  it("outlasts the release of the worker that postponed", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));
    await unwrapAsync(outbox.claim(createClaim("a")));
    await unwrapAsync(outbox.postpone(postponement));

    await unwrapAsync(outbox.release({ worker: "a" }));

    expect(await claimIds(outbox, "b", UNTIL - 1)).toEqual([]);
  });
}
