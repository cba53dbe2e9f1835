import { CLOCK_TOLERANCE_MS } from "@electrum-vouchers/core/ports";
import { expect, it, vi } from "vitest";
import type { OutboxStore } from "./outbox-store.ts";
import { claimNumbers, commitAll, createChange, createClaim, dueAt, NOW, load } from "./fixtures.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync } from "../unwrap.ts";

const GRACE_MS = 1_000;
const AHEAD = NOW + CLOCK_TOLERANCE_MS;

/** Bounded, so that a watch that tells nothing fails. It is told of a commit soon, not at once. */
const SOON = { timeout: 5_000, interval: 10 };

/** What processes know of each other: whose work it is, who lives, and whose clock was wrong. */
export function testProcesses(createStore: () => Promise<OutboxStore>): void {
  it("has the work of another process that lives due later by the grace, and its own at once", async () => {
    const store = await createStore();
    const [here, there] = [await store.open(), await store.open()];
    await commitAll(here, createChange(1, dueAt(NOW)));
    await commitAll(there, createChange(2, dueAt(NOW)));

    const claim = { ...createClaim("a"), ownerGraceMs: GRACE_MS };
    expect(await claimNumbers(here, claim)).toEqual([1]);
    expect(await unwrapAsync(here.claim({ ...claim, now: NOW + GRACE_MS - 1, limit: 0 }))).toMatchObject({
      nextDueAt: NOW + GRACE_MS,
    });
    expect(await claimNumbers(here, { ...claim, now: NOW + GRACE_MS - 1 })).toEqual([]);
    expect(await claimNumbers(here, { ...claim, now: NOW + GRACE_MS })).toEqual([2]);
  });

  it("leaves out the records that a process is at work on, and says when the next of the others is due", async () => {
    const outbox = await (await createStore()).open();
    await commitAll(outbox, ...[1, 2, 3].map((n) => createChange(n, dueAt(NOW + n - 3))));

    const claim = { ...createClaim("a", NOW, NOW + 60_000, 1), except: [uuid(1), uuid(9)] };
    expect(await claimNumbers(outbox, claim)).toEqual([2]);
    expect(await unwrapAsync(outbox.claim({ ...claim, limit: 0 }))).toMatchObject({ nextDueAt: NOW });
    expect(await claimNumbers(outbox, createClaim("a"))).toEqual([1, 3]);
  });

  it("has the work of a process that has ended due when it is due", async () => {
    const store = await createStore();
    const [here, there] = [await store.open(), await store.open()];
    await commitAll(there, createChange(2, dueAt(NOW)));
    await unwrapAsync(there.close());

    expect(await claimNumbers(here, { ...createClaim("a"), ownerGraceMs: GRACE_MS })).toEqual([2]);
  });

  it("frees the leases of a process that has ended, and of no other", async () => {
    const store = await createStore();
    const [here, there, elsewhere] = [await store.open(), await store.open(), await store.open()];
    await commitAll(here, ...[1, 2].map((n) => createChange(n, dueAt(NOW - n))));
    await unwrapAsync(there.claim(createClaim("a", NOW, NOW + 60_000, 1)));
    await unwrapAsync(elsewhere.claim(createClaim("a", NOW, NOW + 60_000, 1)));
    await unwrapAsync(there.close());

    expect(await claimNumbers(here, createClaim("a"))).toEqual([2]);
  });

  it("keeps the leases of workers of one name in two processes apart", async () => {
    const store = await createStore();
    const [here, there] = [await store.open(), await store.open()];
    await commitAll(here, createChange(1, dueAt(NOW)));
    await unwrapAsync(here.claim(createClaim("till")));

    await unwrapAsync(there.release({ worker: "till" }));

    expect(await claimNumbers(there, createClaim("till"))).toEqual([]);
  });

  testClocks(createStore);
  testWatch(createStore);
}

function testClocks(createStore: () => Promise<OutboxStore>): void {
  it("says when a record was committed, and how long ago by a clock that cannot be set, if it knows", async () => {
    const outbox = await (await createStore()).open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));

    expect(await load(outbox, uuid(1))).toMatchObject({ committedAt: NOW });
    const { records } = await unwrapAsync(outbox.claim(createClaim("a")));
    expect(records[0]?.waitedMs ?? 0).toBeGreaterThanOrEqual(0);
    expect(records[0]?.waitedMs ?? 0).toBeLessThan(60_000);
  });

  it("finds what was committed by a clock that was ahead, of its own and of processes that have ended", async () => {
    const store = await createStore();
    const [here, there, ended] = [await store.open(), await store.open(), await store.open()];
    await commitAll(here, createChange(1, { ...dueAt(AHEAD + 9), at: AHEAD + 1 }));
    await commitAll(here, createChange(2, { ...dueAt(AHEAD), at: AHEAD }), createChange(3, { at: AHEAD + 9 }));
    await commitAll(there, createChange(4, { ...dueAt(AHEAD), at: AHEAD + 9 }));
    await commitAll(ended, createChange(5, { ...dueAt(NOW), at: AHEAD + 9, labels: { client: "c" } }));
    await unwrapAsync(ended.close());

    const find = async (request: { limit: number; clients?: readonly string[] }) =>
      (await unwrapAsync(here.findAhead({ now: NOW, ...request }))).map(({ id }) => id);
    expect(await find({ limit: 9 })).toEqual([uuid(1), uuid(5)]);
    expect(await find({ limit: 1 })).toEqual([uuid(1)]);
    expect(await find({ limit: 9, clients: ["d"] })).toEqual([uuid(1)]);
    expect(await unwrapAsync(here.findAhead({ now: NOW + 9, limit: 9 }))).toEqual([]);
  });

  it("ends a lease and a postponement that were made by a clock that was ahead", async () => {
    const outbox = await (await createStore()).open();
    await commitAll(outbox, ...[1, 2, 3].map((n) => createChange(n, dueAt(NOW - 9 + n))));
    const later = AHEAD + 1;
    await unwrapAsync(outbox.claim(createClaim("a", later, later + 60_000, 1)));
    await unwrapAsync(outbox.postpone({ id: uuid(2), version: 1, at: later, until: later + 9, reason: "status 503" }));
    await unwrapAsync(outbox.postpone({ id: uuid(3), version: 1, at: AHEAD, until: later + 9, reason: "status 503" }));

    expect(await claimNumbers(outbox, createClaim("b"))).toEqual([1, 2]);
  });
}

function testWatch(createStore: () => Promise<OutboxStore>): void {
  it("tells who watches of another process's commit, and of its end", async () => {
    const store = await createStore();
    const [here, there] = [await store.open(), await store.open()];
    let told = 0;
    here.watch(() => {
      told += 1;
    });

    await commitAll(there, createChange(1, dueAt(NOW)));
    await vi.waitFor(() => expect(told).toBeGreaterThan(0), SOON);
    const toldBefore = told;
    await unwrapAsync(there.close());
    await vi.waitFor(() => expect(told).toBeGreaterThan(toldBefore), SOON);
  });

  it("tells nothing more once the watch has ended, or the outbox is closed", async () => {
    const store = await createStore();
    const [here, closed, there] = [await store.open(), await store.open(), await store.open()];
    const told = { ended: 0, closed: 0, staying: 0 };
    const count = (watch: keyof typeof told) => (): void => {
      told[watch] += 1;
    };
    here.watch(count("ended"))();
    closed.watch(count("closed"));
    here.watch(count("staying"));
    await unwrapAsync(closed.close());

    await commitAll(there, createChange(1, dueAt(NOW)));
    await vi.waitFor(() => expect(told.staying).toBeGreaterThan(0), SOON);

    expect(told).toMatchObject({ ended: 0, closed: 0 });
  });
}
