import type { Outbox } from "@electrum-vouchers/core/ports";
import { expect, it } from "vitest";
import type { OutboxStore } from "./outbox-store.ts";
import { createChange, createClaim, claimIds, dueAt, commitAll, NOW, load } from "./fixtures.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync } from "../unwrap.ts";

/** Many callers at once, in one process and in several. */
export function testConcurrency(createStore: () => Promise<OutboxStore>): void {
  it("lets exactly one of many commits of one version win, and gives the others the winner", async () => {
    const outbox = await (await createStore()).open();
    await commitAll(outbox, createChange(1));

    const rivals = Array.from({ length: 50 }, (_, n) => createChange(1, { expectedVersion: 1, record: `rival ${n}` }));
    const outcomes = await Promise.all(rivals.map((rival) => outbox.commit(rival)));

    const winner = await load(outbox, uuid(1));
    expect(winner).toMatchObject({ version: 2 });
    expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
    const conflicts = outcomes.flatMap((outcome) => (outcome.isErr() ? [outcome.error] : []));
    expect(conflicts).toEqual(conflicts.map(() => ({ type: "conflict", winner })));
    expect(rivals[outcomes.findIndex((outcome) => outcome.isOk())]).toMatchObject({ record: winner?.record });
  });

  it("lets nobody suffer from another's conflict", async () => {
    const outbox = await (await createStore()).open();
    await commitAll(outbox, createChange(1), createChange(2));

    const outcomes = await Promise.all(
      [
        createChange(3),
        createChange(1, { expectedVersion: 7 }),
        createChange(2, { expectedVersion: 1 }),
        createChange(4, { expectedVersion: 1 }),
        createChange(2, { expectedVersion: 2 }),
      ].map((each) => outbox.commit(each)),
    );

    expect(outcomes.map((outcome) => outcome.isOk())).toEqual([true, false, true, false, true]);
    expect(await load(outbox, uuid(2))).toMatchObject({ version: 3 });
    expect(await load(outbox, uuid(3))).toMatchObject({ version: 1 });
  });

  testSharing(createStore);
  testManyClaimers(createStore);
}

function testManyClaimers(createStore: () => Promise<OutboxStore>): void {
  it("never gives one record to two of many that claim at once, and all of them to somebody", async () => {
    const store = await createStore();
    const outboxes = [await store.open(), await store.open(), await store.open()];
    const numbers = Array.from({ length: 120 }, (_, n) => n);
    const labels = (n: number) => ({ labels: { queue: `q${n % 3}`, client: `c${n % 2}` } });
    await Promise.all(
      numbers.map((n) =>
        unwrapAsync(outboxOf(outboxes, n).commit(createChange(n, { ...dueAt(NOW - n), ...labels(n) }))),
      ),
    );

    const claimAll = async (outbox: Outbox, worker: string): Promise<readonly number[]> => {
      const given: number[] = [];
      for (;;) {
        const { records, nextDueAt } = await unwrapAsync(outbox.claim(createClaim(worker, NOW, NOW + 60_000, 5)));
        given.push(...records.map(({ id }) => Number.parseInt(id.slice(-12), 16)));
        if (records.length === 0 && (nextDueAt ?? Number.POSITIVE_INFINITY) > NOW) return given;
      }
    };
    const given = await Promise.all(outboxes.flatMap((outbox) => ["a", "b"].map((worker) => claimAll(outbox, worker))));

    expect(given.flat().toSorted((left, right) => left - right)).toEqual(numbers);
  });
}

/** One of them, in turn. */
const outboxOf = (outboxes: readonly Outbox[], n: number): Outbox => {
  const outbox = outboxes[n % outboxes.length];
  if (outbox === undefined) throw new RangeError("there is one");
  return outbox;
};

function testSharing(createStore: () => Promise<OutboxStore>): void {
  it("shows at once to every process what one has committed", async () => {
    const store = await createStore();
    const [here, there] = [await store.open(), await store.open()];

    await commitAll(here, createChange(1));
    await commitAll(there, createChange(1, { expectedVersion: 1, record: "from there" }));

    expect(await load(here, uuid(1))).toEqual({
      id: uuid(1),
      version: 2,
      committedAt: NOW,
      record: "from there",
    });
    expect(await unwrapAsync(here.summary(NOW))).toEqual(await unwrapAsync(there.summary(NOW)));
  });

  it("lets exactly one process win a version", async () => {
    const store = await createStore();
    const outboxes = [await store.open(), await store.open()];
    await commitAll(await store.open(), createChange(1));

    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        outboxes.map((outbox) => outbox.commit(createChange(1, { expectedVersion: 1, record: `rival ${n}` }))),
      ).flat(),
    );

    expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
  });

  it("gives a record to one process only, whose lease and postponements bind the others", async () => {
    const store = await createStore();
    const [here, there] = [await store.open(), await store.open()];
    await commitAll(here, ...[1, 2, 3, 4].map((n) => createChange(n, dueAt(NOW + n - 10))));

    const [mine, theirs] = await Promise.all([
      here.claim(createClaim("a", NOW, NOW + 50, 2)),
      there.claim(createClaim("b", NOW, NOW + 50, 2)),
    ]);
    const ids = [mine, theirs].flatMap((claimed) =>
      claimed.map(({ records }) => records.map(({ id }) => id)).unwrapOr([]),
    );
    await unwrapAsync(there.postpone({ id: uuid(1), version: 1, at: NOW, until: NOW + 90, reason: "status 503" }));

    expect(ids.toSorted()).toEqual([uuid(1), uuid(2), uuid(3), uuid(4)]);
    expect(await claimIds(here, "a", NOW + 49)).toEqual([]);
    expect(await claimIds(here, "a", NOW + 50)).toEqual([uuid(2), uuid(3), uuid(4)]);
    await unwrapAsync(here.release({ worker: "a" }));
    expect(await claimIds(there, "b", NOW + 50)).toEqual([uuid(2), uuid(3), uuid(4)]);
  });
}
