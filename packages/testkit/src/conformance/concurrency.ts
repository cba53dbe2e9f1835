import { expect, it } from "vitest";
import type { OutboxStore } from "./outbox-store.ts";
import { change, claim, claimedBy, done, dueAt, given, NOW, uuid } from "./given.ts";

/** Many callers at once, in one process and in several. */
export function concurrency(createStore: () => Promise<OutboxStore>): void {
  it("lets exactly one of many commits of one version win, and gives the others the winner", async () => {
    const outbox = await (await createStore()).open();
    await given(outbox, change(1));

    const rivals = Array.from({ length: 50 }, (_, n) => change(1, { expectedVersion: 1, record: `rival ${n}` }));
    const outcomes = await Promise.all(rivals.map((rival) => outbox.commit(rival)));

    const winner = await done(outbox.load(uuid(1)));
    expect(winner).toMatchObject({ version: 2 });
    expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
    const conflicts = outcomes.flatMap((outcome) => (outcome.isErr() ? [outcome.error] : []));
    expect(conflicts).toEqual(conflicts.map(() => ({ type: "conflict", winner })));
    expect(rivals[outcomes.findIndex((outcome) => outcome.isOk())]).toMatchObject({ record: winner?.record });
  });

  it("lets nobody suffer from another's conflict", async () => {
    const outbox = await (await createStore()).open();
    await given(outbox, change(1), change(2));

    const outcomes = await Promise.all(
      [
        change(3),
        change(1, { expectedVersion: 7 }),
        change(2, { expectedVersion: 1 }),
        change(4, { expectedVersion: 1 }),
        change(2, { expectedVersion: 2 }),
      ].map((each) => outbox.commit(each)),
    );

    expect(outcomes.map((outcome) => outcome.isOk())).toEqual([true, false, true, false, true]);
    expect(await done(outbox.load(uuid(2)))).toMatchObject({ version: 3 });
    expect(await done(outbox.load(uuid(3)))).toMatchObject({ version: 1 });
  });

  sharing(createStore);
}

function sharing(createStore: () => Promise<OutboxStore>): void {
  it("shows at once to every process what one has committed", async () => {
    const store = await createStore();
    const [here, there] = [await store.open(), await store.open()];

    await given(here, change(1));
    await given(there, change(1, { expectedVersion: 1, record: "from there" }));

    expect(await done(here.load(uuid(1)))).toEqual({ id: uuid(1), version: 2, record: "from there" });
    expect(await done(here.summary())).toEqual(await done(there.summary()));
  });

  it("lets exactly one process win a version", async () => {
    const store = await createStore();
    const outboxes = [await store.open(), await store.open()];
    await given(await store.open(), change(1));

    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        outboxes.map((outbox) => outbox.commit(change(1, { expectedVersion: 1, record: `rival ${n}` }))),
      ).flat(),
    );

    expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
  });

  it("gives a record to one process only, whose lease and postponements bind the others", async () => {
    const store = await createStore();
    const [here, there] = [await store.open(), await store.open()];
    await given(here, ...[1, 2, 3, 4].map((n) => change(n, dueAt(NOW + n - 10))));

    const [mine, theirs] = await Promise.all([
      here.claim(claim("a", NOW, NOW + 50, 2)),
      there.claim(claim("b", NOW, NOW + 50, 2)),
    ]);
    const ids = [mine, theirs].flatMap((claimed) =>
      claimed.map(({ records }) => records.map(({ id }) => id)).unwrapOr([]),
    );
    await done(there.postpone({ id: uuid(1), version: 1, until: NOW + 90, why: "status 503" }));

    expect(ids.toSorted()).toEqual([uuid(1), uuid(2), uuid(3), uuid(4)]);
    expect(await claimedBy(here, "a", NOW + 49)).toEqual([]);
    expect(await claimedBy(here, "a", NOW + 50)).toEqual([uuid(2), uuid(3), uuid(4)]);
    await done(there.release({ worker: "a" }));
    expect(await claimedBy(there, "b", NOW + 50)).toEqual([uuid(2), uuid(3), uuid(4)]);
  });
}
