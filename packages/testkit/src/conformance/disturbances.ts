import { setTimeout as sleep } from "node:timers/promises";
import type { Uuid } from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import { describe, expect, it, vi } from "vitest";
import { claimNumbers, commitAll, createChange, createClaim, dueAt, NOW } from "./fixtures.ts";
import { HELD_RECORDS } from "./hold-until-killed.ts";
import type { OutboxStore, StoreDisturbances } from "./outbox-store.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync } from "../unwrap.ts";

type Disturbance = keyof StoreDisturbances;
type CreateStore = () => Promise<OutboxStore>;

/** A store that is disturbed; the test is skipped if it cannot be. */
async function createDisturbed(
  createStore: CreateStore,
  skip: (note: string) => never,
  disturbance: Disturbance,
): Promise<{ store: OutboxStore; disturb: () => Promise<void> }> {
  const store = await createStore();
  const disturb = store.disturb?.[disturbance];
  return disturb === undefined ? skip(`nothing can do that to the store: ${disturbance}`) : { store, disturb };
}

/** A crash takes a second or more. */
const ROUNDS: Readonly<Record<Disturbance, number>> = { cut: 8, crash: 2, suspend: 1, restore: 1 };

/** Bounded, so that what never comes fails. */
const SOON = { timeout: 20_000, interval: 20 };

/** What happens to a store beneath those who have it open. */
export function testDisturbances(createStore: CreateStore): void {
  describe.each<[string, Disturbance]>([
    ["its connections are cut", "cut"],
    ["it crashes", "crash"],
  ])("when %s", (_, disturbance) => {
    testDisturbed(createStore, disturbance);
  });
  testAbsence(createStore);
  testHolder(createStore);
}

function testDisturbed(createStore: CreateStore, disturbance: Disturbance): void {
  it("has every commit under way written, and once", async ({ skip }) => {
    const { store, disturb } = await createDisturbed(createStore, skip, disturbance);
    const outbox = await store.open();
    const ids: Uuid[] = [];
    for (let round = 0; round < ROUNDS[disturbance]; round += 1) {
      const numbers = Array.from({ length: 20 }, (_, n) => 100 * round + n);
      const changes = numbers.map((n) => createChange(n, { commitId: uuid(10_000 + n) }));
      const outcomes = changes.map((change) => outbox.commit(change));
      await Promise.all([sleep(round), disturb()]);
      expect((await Promise.all(outcomes)).filter((outcome) => outcome.isErr())).toEqual([]);
      ids.push(...changes.map(({ id }) => id));
    }
    for (const id of ids) expect(await unwrapAsync(outbox.journal(id))).toHaveLength(1);
    expect(await unwrapAsync(outbox.check())).toEqual([]);
  });

  it("leaves nothing leased to a claim whose answer was lost", async ({ skip }) => {
    const { store, disturb } = await createDisturbed(createStore, skip, disturbance);
    const outbox = await store.open();
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    await Promise.all(numbers.map((n) => unwrapAsync(outbox.commit(createChange(n, dueAt(NOW - 40 + n))))));
    const given = new Set<number>();
    for (let round = 0; round < ROUNDS[disturbance]; round += 1) {
      const claims = [1, 2].map((limit) => claimNumbers(outbox, createClaim("a", NOW, NOW + 60_000, limit)));
      await Promise.all([sleep(round), disturb()]);
      for (const claimed of await Promise.all(claims)) for (const n of claimed) given.add(n);
    }
    for (const n of await claimEverything(outbox)) given.add(n);
    expect([...given].toSorted(byNumber)).toEqual(numbers);
  });

  it("goes on telling who watches of what others commit", async ({ skip }) => {
    const { store, disturb } = await createDisturbed(createStore, skip, disturbance);
    const [here, there] = [await store.open(), await store.open()];
    let told = 0;
    here.watch(() => {
      told += 1;
    });
    await disturb();
    await vi.waitFor(() => expect(told).toBeGreaterThan(0), SOON);
    const before = told;
    await unwrapAsync(there.commit(createChange(1, dueAt(NOW))));
    await vi.waitFor(() => expect(told).toBeGreaterThan(before), SOON);
  });
}

function testAbsence(createStore: CreateStore): void {
  it("has everything after a crash that was committed, and no lease that keeps it from being claimed", async ({
    skip,
  }) => {
    const { store, disturb } = await createDisturbed(createStore, skip, "crash");
    const [here, there] = [await store.open(), await store.open()];
    await commitAll(
      here,
      ...[1, 2, 3].map((n) => createChange(n, dueAt(NOW - 9 + n))),
      createChange(4, { final: true }),
    );
    await unwrapAsync(there.claim(createClaim("b", NOW, NOW + 60_000, 1)));

    await disturb();
    await unwrapAsync(there.close());

    expect(await claimEverything(here)).toEqual([1, 2, 3]);
    expect(await unwrapAsync(here.summary(NOW))).toMatchObject({
      states: { requesting: 4 },
      due: { advice: { count: 3 } },
    });
    expect(await unwrapAsync(here.check())).toEqual([]);
  });

  it("does what it was asked while the store was away, once that is back", async ({ skip }) => {
    const { store, disturb: suspend } = await createDisturbed(createStore, skip, "suspend");
    const outbox = await store.open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));
    await suspend();

    const commit = outbox.commit(createChange(2));
    const others = [outbox.load(uuid(1)), outbox.claim(createClaim("a")), outbox.summary(NOW)];
    await sleep(300);
    await store.disturb?.restore?.();

    expect((await commit).isOk()).toBe(true);
    expect((await Promise.all(others)).map((outcome) => outcome.isOk())).toEqual([true, true, true]);
  });
}

const byNumber = (left: number, right: number): number => left - right;

/** All that is due, in as many claims as that takes. */
async function claimEverything(outbox: Outbox): Promise<readonly number[]> {
  const given: number[] = [];
  for (let claims = 0; claims < 10; claims += 1) given.push(...(await claimNumbers(outbox, createClaim("a"))));
  return given.toSorted(byNumber);
}

function testHolder(createStore: CreateStore): void {
  it("gives what a killed process had leased to another, soon, and tells who watches", async ({ skip }) => {
    const store = await createStore();
    const outbox = await store.open();
    if (store.startHolder === undefined) return skip("no process of its own opens the store");
    const holder = await store.startHolder();
    let told = 0;
    outbox.watch(() => {
      told += 1;
    });
    const claim = { ...createClaim("a"), ownerGraceMs: 60_000 };
    expect(await claimNumbers(outbox, claim)).toEqual([]);
    const before = told;

    await holder.kill();

    await vi.waitFor(() => expect(told).toBeGreaterThan(before), SOON);
    await vi.waitFor(async () => expect(await claimNumbers(outbox, claim)).toHaveLength(HELD_RECORDS), SOON);
  });
}
