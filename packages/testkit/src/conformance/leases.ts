import { expect, it } from "vitest";
import { createChange, createClaim, claimIds, dueAt, commitAll, NOW, type OpenOutbox, load } from "./fixtures.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync } from "../unwrap.ts";

const UNTIL = NOW + 1_000;

/** A lease keeps others away, and is no lock. */
export function testLeases(open: OpenOutbox): void {
  it("keeps everybody away until the lease ends, its own worker included", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));
    await unwrapAsync(outbox.claim(createClaim("a", NOW, UNTIL)));

    expect(await claimIds(outbox, "b", UNTIL - 1)).toEqual([]);
    expect(await claimIds(outbox, "a", UNTIL - 1)).toEqual([]);
  });

  it("lets anybody take over once the lease has ended", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));
    await unwrapAsync(outbox.claim(createClaim("a", NOW, UNTIL)));

    const { records } = await unwrapAsync(outbox.claim(createClaim("b", UNTIL, UNTIL + 1_000)));

    expect(records).toMatchObject([
      {
        id: uuid(1),
        version: 1,
        record: "record 1.1",
        committedAt: NOW,
        postponed: 0,
        ...dueAt(NOW),
      },
    ]);
    expect(await claimIds(outbox, "a", UNTIL)).toEqual([]);
  });

  it("commits whatever the leases say: the version is the fence", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));
    await unwrapAsync(outbox.claim(createClaim("a", NOW, UNTIL)));

    await unwrapAsync(outbox.commit(createChange(1, { expectedVersion: 1 })));

    expect(await load(outbox, uuid(1))).toMatchObject({ version: 2 });
  });

  it("ends the lease with a commit: what is then due may be claimed at once", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));
    await unwrapAsync(outbox.claim(createClaim("a", NOW, UNTIL)));

    await commitAll(outbox, createChange(1, { expectedVersion: 1, ...dueAt(NOW - 5) }));

    expect(await claimIds(outbox, "b")).toEqual([uuid(1)]);
  });

  it("changes neither the version nor the journal by a lease", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));

    await unwrapAsync(outbox.claim(createClaim("a")));

    expect(await load(outbox, uuid(1))).toMatchObject({ version: 1 });
    expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual(["entry 1.1"]);
  });

  testReleases(open);
}

function testReleases(open: OpenOutbox): void {
  it("gives back every lease of a worker, and of nobody else", async () => {
    const outbox = await open();
    await commitAll(
      outbox,
      createChange(1, dueAt(NOW - 3)),
      createChange(2, dueAt(NOW - 2)),
      createChange(3, dueAt(NOW - 1)),
    );
    await unwrapAsync(outbox.claim(createClaim("a", NOW, UNTIL, 2)));
    await unwrapAsync(outbox.claim(createClaim("b", NOW, UNTIL)));

    await unwrapAsync(outbox.release({ worker: "a" }));

    expect(await claimIds(outbox, "c")).toEqual([uuid(1), uuid(2)]);
  });

  it("gives back the leases of some records alone, and of nobody else", async () => {
    const outbox = await open();
    await commitAll(outbox, ...[1, 2, 3, 4].map((n) => createChange(n, dueAt(NOW + n - 10))));
    await unwrapAsync(outbox.claim(createClaim("a", NOW, UNTIL, 3)));
    await unwrapAsync(outbox.claim(createClaim("b", NOW, UNTIL)));

    const records = [2, 4, 5].map((n) => ({ id: uuid(n), version: 1 }));
    await unwrapAsync(outbox.release({ worker: "a", records }));
    expect(await claimIds(outbox, "c")).toEqual([uuid(2)]);

    await unwrapAsync(outbox.release({ worker: "a", records: [] }));
    expect(await claimIds(outbox, "c")).toEqual([]);
  });

  it("does not give back a lease of what has become of a record since, though the same worker has it", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));
    await unwrapAsync(outbox.claim(createClaim("a", NOW, UNTIL)));
    await commitAll(outbox, createChange(1, { expectedVersion: 1, ...dueAt(NOW) }));
    await unwrapAsync(outbox.claim(createClaim("a", NOW, UNTIL)));

    await unwrapAsync(outbox.release({ worker: "a", records: [{ id: uuid(1), version: 1 }] }));
    expect(await claimIds(outbox, "b")).toEqual([]);

    await unwrapAsync(outbox.release({ worker: "a", records: [{ id: uuid(1), version: 2 }] }));
    expect(await claimIds(outbox, "b")).toEqual([uuid(1)]);
  });

  it("gives back nothing where a worker has no lease", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));
    await unwrapAsync(outbox.claim(createClaim("a")));

    await unwrapAsync(outbox.release({ worker: "b" }));

    expect(await claimIds(outbox, "b")).toEqual([]);
  });

  it("does not give back what another has taken over", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));
    await unwrapAsync(outbox.claim(createClaim("a", NOW, UNTIL)));
    await unwrapAsync(outbox.claim(createClaim("b", UNTIL, UNTIL + 1_000)));

    await unwrapAsync(outbox.release({ worker: "a" }));

    expect(await claimIds(outbox, "c", UNTIL)).toEqual([]);
  });

  it("says, after a release, that the work is due since it was", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW - 5)));
    await unwrapAsync(outbox.claim(createClaim("a")));

    await unwrapAsync(outbox.release({ worker: "a" }));

    const claimed = await unwrapAsync(outbox.claim(createClaim("b", NOW, UNTIL, 0)));
    expect(claimed).toEqual({ records: [], nextDueAt: NOW - 5 });
  });
}
