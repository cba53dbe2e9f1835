import { expect, it } from "vitest";
import { change, claim, claimedBy, done, dueAt, given, NOW, type Open, uuid } from "./given.ts";

const UNTIL = NOW + 1_000;
const postponement = { id: uuid(1), version: 1, until: UNTIL, why: "status 503" };

/** What could not be done now is done later, and is no step of the transaction. */
export function postponements(open: Open): void {
  it("cannot be claimed before its time, and then with the count of its postponements", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW)));

    await done(outbox.postpone(postponement));
    await done(outbox.postpone({ ...postponement, until: UNTIL + 10 }));

    expect(await done(outbox.claim(claim("a", UNTIL + 9)))).toEqual({ records: [], nextDueAt: UNTIL + 10 });
    const { records } = await done(outbox.claim(claim("a", UNTIL + 10)));
    expect(records).toEqual([{ id: uuid(1), version: 1, record: "record 1.1", postponed: 2, ...dueAt(NOW) }]);
  });

  it("gives its lease back", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW)));
    await done(outbox.claim(claim("a", NOW, UNTIL + 5_000)));

    await done(outbox.postpone(postponement));

    expect(await claimedBy(outbox, "b", UNTIL)).toEqual([uuid(1)]);
  });

  it("keeps its place in the order, which goes by when it was due", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW - 5)), change(2, dueAt(NOW)));

    await done(outbox.postpone(postponement));

    expect(await claimedBy(outbox, "a", UNTIL)).toEqual([uuid(1), uuid(2)]);
  });

  it("is no step: neither version, record, due nor journal change", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW)));
    const before = await done(outbox.load(uuid(1)));

    await done(outbox.postpone(postponement));

    expect(await done(outbox.load(uuid(1)))).toEqual(before);
    expect(await done(outbox.journal(uuid(1)))).toEqual(["entry 1.1"]);
  });

  it("never brings work forward", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW + 500)));

    await done(outbox.postpone({ ...postponement, until: NOW }));

    expect(await done(outbox.claim(claim("a", NOW + 499)))).toEqual({ records: [], nextDueAt: NOW + 500 });
  });

  itIsIgnored(open);
  itIsCounted(open);
}

function itIsIgnored(open: Open): void {
  it("is ignored once the version has moved on", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW)), change(1, { expectedVersion: 1, ...dueAt(NOW) }));

    await done(outbox.postpone({ ...postponement, version: 1 }));

    const { records } = await done(outbox.claim(claim("a")));
    expect(records).toMatchObject([{ id: uuid(1), version: 2, postponed: 0 }]);
  });

  it("is ignored where nothing is due, or no such record exists", async () => {
    const outbox = await open();
    await given(outbox, change(1));

    await done(outbox.postpone(postponement));
    await done(outbox.postpone({ ...postponement, id: uuid(2) }));

    expect(await done(outbox.claim(claim("a")))).toEqual({ records: [] });
    await given(outbox, change(1, { expectedVersion: 1, ...dueAt(NOW) }), change(2, dueAt(NOW)));
    expect(await claimedBy(outbox, "a")).toEqual([uuid(1), uuid(2)]);
  });
}

function itIsCounted(open: Open): void {
  it("is counted anew after each commit", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW)));
    await done(outbox.postpone(postponement));

    await given(outbox, change(1, { expectedVersion: 1, ...dueAt(NOW) }));

    const { records } = await done(outbox.claim(claim("a")));
    expect(records).toMatchObject([{ version: 2, postponed: 0 }]);
  });

  it("is counted on through leases and their release", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW)));
    await done(outbox.postpone(postponement));
    await done(outbox.claim(claim("a", UNTIL)));
    await done(outbox.release({ worker: "a" }));

    await done(outbox.postpone({ ...postponement, until: UNTIL + 10 }));

    const { records } = await done(outbox.claim(claim("a", UNTIL + 10)));
    expect(records).toMatchObject([{ postponed: 2 }]);
  });

  it("outlasts the release of the worker that postponed", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW)));
    await done(outbox.claim(claim("a")));
    await done(outbox.postpone(postponement));

    await done(outbox.release({ worker: "a" }));

    expect(await claimedBy(outbox, "b", UNTIL - 1)).toEqual([]);
  });
}
