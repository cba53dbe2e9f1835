import { expect, it } from "vitest";
import { change, claim, claimedBy, done, dueAt, given, NOW, type Open, uuid } from "./given.ts";

const UNTIL = NOW + 1_000;

/** A lease keeps others away, and is no lock. */
export function leases(open: Open): void {
  it("keeps everybody away until the lease ends, its own worker included", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW)));
    await done(outbox.claim(claim("a", NOW, UNTIL)));

    expect(await claimedBy(outbox, "b", UNTIL - 1)).toEqual([]);
    expect(await claimedBy(outbox, "a", UNTIL - 1)).toEqual([]);
  });

  it("lets anybody take over once the lease has ended", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW)));
    await done(outbox.claim(claim("a", NOW, UNTIL)));

    const { records } = await done(outbox.claim(claim("b", UNTIL, UNTIL + 1_000)));

    expect(records).toEqual([{ id: uuid(1), version: 1, record: "record 1.1", postponed: 0, ...dueAt(NOW) }]);
    expect(await claimedBy(outbox, "a", UNTIL)).toEqual([]);
  });

  it("commits whatever the leases say: the version is the fence", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW)));
    await done(outbox.claim(claim("a", NOW, UNTIL)));

    await done(outbox.commit(change(1, { expectedVersion: 1 })));

    expect(await done(outbox.load(uuid(1)))).toMatchObject({ version: 2 });
  });

  it("ends the lease with a commit: what is then due may be claimed at once", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW)));
    await done(outbox.claim(claim("a", NOW, UNTIL)));

    await given(outbox, change(1, { expectedVersion: 1, ...dueAt(NOW - 5) }));

    expect(await claimedBy(outbox, "b")).toEqual([uuid(1)]);
  });

  it("changes neither the version nor the journal by a lease", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW)));

    await done(outbox.claim(claim("a")));

    expect(await done(outbox.load(uuid(1)))).toMatchObject({ version: 1 });
    expect(await done(outbox.journal(uuid(1)))).toEqual(["entry 1.1"]);
  });

  releases(open);
}

function releases(open: Open): void {
  it("gives back every lease of a worker, and of nobody else", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW - 3)), change(2, dueAt(NOW - 2)), change(3, dueAt(NOW - 1)));
    await done(outbox.claim(claim("a", NOW, UNTIL, 2)));
    await done(outbox.claim(claim("b", NOW, UNTIL)));

    await done(outbox.release({ worker: "a" }));

    expect(await claimedBy(outbox, "c")).toEqual([uuid(1), uuid(2)]);
  });

  it("gives back the leases of some records alone, and of nobody else", async () => {
    const outbox = await open();
    await given(outbox, ...[1, 2, 3, 4].map((n) => change(n, dueAt(NOW + n - 10))));
    await done(outbox.claim(claim("a", NOW, UNTIL, 3)));
    await done(outbox.claim(claim("b", NOW, UNTIL)));

    const records = [2, 4, 5].map((n) => ({ id: uuid(n), version: 1 }));
    await done(outbox.release({ worker: "a", records }));
    expect(await claimedBy(outbox, "c")).toEqual([uuid(2)]);

    await done(outbox.release({ worker: "a", records: [] }));
    expect(await claimedBy(outbox, "c")).toEqual([]);
  });

  it("does not give back a lease of what has become of a record since, though the same worker has it", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW)));
    await done(outbox.claim(claim("a", NOW, UNTIL)));
    await given(outbox, change(1, { expectedVersion: 1, ...dueAt(NOW) }));
    await done(outbox.claim(claim("a", NOW, UNTIL)));

    await done(outbox.release({ worker: "a", records: [{ id: uuid(1), version: 1 }] }));
    expect(await claimedBy(outbox, "b")).toEqual([]);

    await done(outbox.release({ worker: "a", records: [{ id: uuid(1), version: 2 }] }));
    expect(await claimedBy(outbox, "b")).toEqual([uuid(1)]);
  });

  it("gives back nothing where a worker has no lease", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW)));
    await done(outbox.claim(claim("a")));

    await done(outbox.release({ worker: "b" }));

    expect(await claimedBy(outbox, "b")).toEqual([]);
  });

  it("does not give back what another has taken over", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW)));
    await done(outbox.claim(claim("a", NOW, UNTIL)));
    await done(outbox.claim(claim("b", UNTIL, UNTIL + 1_000)));

    await done(outbox.release({ worker: "a" }));

    expect(await claimedBy(outbox, "c", UNTIL)).toEqual([]);
  });

  it("says, after a release, that the work is due since it was", async () => {
    const outbox = await open();
    await given(outbox, change(1, dueAt(NOW - 5)));
    await done(outbox.claim(claim("a")));

    await done(outbox.release({ worker: "a" }));

    expect(await done(outbox.claim(claim("b", NOW, UNTIL, 0)))).toEqual({ records: [], nextDueAt: NOW - 5 });
  });
}
