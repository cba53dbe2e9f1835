import {
  FIRST_DELIVERIES_KEPT,
  LAST_DELIVERIES_KEPT,
  type Outbox,
  type Postponement,
} from "@electrum-vouchers/core/ports";
import { expect, it } from "vitest";
import {
  claimIds,
  claimNumbers,
  commitAll,
  createChange,
  createClaim,
  dueAt,
  NOW,
  type OpenOutbox,
  queuedChanges,
} from "./fixtures.ts";
import { redactionRequest } from "./retention-rules.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync } from "../unwrap.ts";

const LATER = NOW + 60_000;

/** Postpones the first version of these transactions until later. */
async function postponeAll(outbox: Outbox, numbers: readonly number[], cause?: Postponement["cause"]): Promise<void> {
  for (const n of numbers) {
    const postponement = { id: uuid(n), version: 1, at: NOW, until: LATER, reason: "silence" };
    await unwrapAsync(outbox.postpone(cause === undefined ? postponement : { ...postponement, cause }));
  }
}

/** First deliveries and repeats, and how what was put off comes forward. */
export function testDeliveries(open: OpenOutbox): void {
  it("gives first deliveries alone, or repeats alone", async () => {
    const outbox = await open();
    await commitAll(outbox, ...queuedChanges("q", 1, 4));
    await postponeAll(outbox, [1, 3]);

    expect(await claimNumbers(outbox, { ...createClaim("a", LATER), deliveries: "first" })).toEqual([2, 4]);
    expect(await claimNumbers(outbox, { ...createClaim("a", LATER), deliveries: "repeat" })).toEqual([1, 3]);
  });

  it("counts a record as never delivered again after each commit, and not after a lease", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)), createChange(2, dueAt(NOW)));
    await postponeAll(outbox, [1]);
    await commitAll(outbox, createChange(1, { expectedVersion: 1, ...dueAt(NOW) }));
    await claimIds(outbox, "a");
    await unwrapAsync(outbox.release({ worker: "a" }));

    expect(await claimNumbers(outbox, { ...createClaim("a", NOW), deliveries: "repeat" })).toEqual([]);
    expect(await claimNumbers(outbox, { ...createClaim("a", NOW), deliveries: "first" })).toEqual([1, 2]);
  });

  it("ends what has ended once, also for a caller whose clock is behind", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));
    await postponeAll(outbox, [1]);
    await unwrapAsync(outbox.claim(createClaim("a", LATER, LATER, 0)));

    expect(await claimIds(outbox, "a", NOW)).toEqual([uuid(1)]);
  });

  testAdvance(open);
  testHalted(open);
  testJournalledDeliveries(open);
}

function testAdvance(open: OpenOutbox): void {
  it("advances what was postponed for silence, oldest first, no more than the limit, and says how many", async () => {
    const outbox = await open();
    await commitAll(outbox, ...queuedChanges("q", 1, 4));
    await postponeAll(outbox, [4, 2, 3, 1], "noResponse");

    expect(await unwrapAsync(outbox.advance({ queue: "q", now: NOW, limit: 2 }))).toBe(2);
    expect(await claimIds(outbox, "a")).toEqual([uuid(1), uuid(2)]);
    expect(await unwrapAsync(outbox.advance({ queue: "q", now: NOW, limit: 9 }))).toBe(2);
    expect(await unwrapAsync(outbox.advance({ queue: "q", now: NOW, limit: 9 }))).toBe(0);
  });

  it("advances nothing of another queue, cause or worker", async () => {
    const outbox = await open();
    await commitAll(outbox, ...queuedChanges("q", 1, 5), ...queuedChanges("r", 11, 1), ...queuedChanges("", 21, 1));
    await postponeAll(outbox, [1, 5, 11, 21], "noResponse");
    await postponeAll(outbox, [2], "halted");
    await postponeAll(outbox, [3]);
    await postponeAll(outbox, [5]);
    await claimIds(outbox, "a", LATER);

    expect(await unwrapAsync(outbox.advance({ queue: "q", now: NOW, limit: 9 }))).toBe(0);
    await unwrapAsync(outbox.release({ worker: "a" }));
    await postponeAll(outbox, [1, 5, 11, 21], "noResponse");
    await postponeAll(outbox, [2], "halted");
    await postponeAll(outbox, [5]);

    expect(await unwrapAsync(outbox.advance({ queue: "q", now: NOW, limit: 9 }))).toBe(1);
    expect(await unwrapAsync(outbox.advance({ queue: "", now: NOW, limit: 9 }))).toBe(1);
    expect(await claimNumbers(outbox, createClaim("b"))).toEqual([1, 21, 3, 4]);
  });

  it("advances no record to before it is due, and leaves the count of its postponements", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, { ...dueAt(NOW + 5), labels: { queue: "q" } }));
    await postponeAll(outbox, [1], "noResponse");

    expect(await unwrapAsync(outbox.advance({ queue: "q", now: NOW, limit: 9 }))).toBe(1);

    expect(await unwrapAsync(outbox.claim(createClaim("a")))).toEqual({ records: [], nextDueAt: NOW + 5 });
    expect(await unwrapAsync(outbox.claim(createClaim("a", NOW + 5)))).toMatchObject({ records: [{ postponed: 1 }] });
  });
}

function testHalted(open: OpenOutbox): void {
  it("counts the advices that wait because the credentials were refused", async () => {
    const outbox = await open();
    await commitAll(outbox, ...queuedChanges("q", 1, 5));
    await postponeAll(outbox, [1, 2, 3, 4], "halted");
    const halted = async (): Promise<number> => (await unwrapAsync(outbox.summary(NOW))).halted;
    expect(await halted()).toBe(4);

    // Claimed again, one is still halted: nothing was accepted yet.
    await claimNumbers(outbox, createClaim("a", LATER, LATER + 9, 3));
    expect(await halted()).toBe(4);
    await unwrapAsync(outbox.release({ worker: "a", records: [{ id: uuid(1), version: 1 }] }));
    expect(await halted()).toBe(3);
    await commitAll(outbox, createChange(2, { expectedVersion: 1, final: true }));
    expect(await halted()).toBe(2);
    await postponeAll(outbox, [3], "noResponse");
    expect(await halted()).toBe(1);
  });
}

function testJournalledDeliveries(open: OpenOutbox): void {
  it("journals deliveries with the next commit, each after the entry of the version that was delivered", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)), createChange(2, dueAt(NOW)));
    for (const [n, delivery] of [
      [1, "first of 1"],
      [2, "first of 2"],
      [1, "second of 1"],
    ] as const)
      await unwrapAsync(outbox.postpone({ id: uuid(n), version: 1, at: NOW, until: LATER, reason: "503", delivery }));

    await commitAll(outbox, createChange(1, { expectedVersion: 1 }));

    expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual(["entry 1.1", "first of 1", "second of 1", "entry 1.2"]);
    expect(await unwrapAsync(outbox.journal(uuid(2)))).toEqual(["entry 2.1", "first of 2"]);
    expect(await unwrapAsync(outbox.check())).toEqual([]);
  });

  it("journals a delivery whose record another process has changed meanwhile", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)), createChange(1, { expectedVersion: 1 }));
    const delivered = { id: uuid(1), version: 1, at: NOW, until: LATER, reason: "503", delivery: "delivered" };
    await unwrapAsync(outbox.postpone(delivered));
    await unwrapAsync(outbox.postpone({ ...delivered, version: 3, delivery: "of no version that is" }));
    await unwrapAsync(outbox.postpone({ ...delivered, id: uuid(9), delivery: "of no record that is" }));

    await commitAll(outbox, createChange(2));

    expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual(["entry 1.1", "delivered", "entry 1.2"]);
  });

  it("keeps the first and the last deliveries of a transaction", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW)));
    const bound = FIRST_DELIVERIES_KEPT + LAST_DELIVERIES_KEPT;
    const delivered = Array.from({ length: bound + 5 }, (_, index) => `delivery ${index}`);
    for (const [index, delivery] of delivered.entries()) {
      await unwrapAsync(outbox.postpone({ id: uuid(1), version: 1, at: NOW, until: LATER, reason: "503", delivery }));
      await commitAll(outbox, createChange(10 + index));
    }

    expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual([
      "entry 1.1",
      ...delivered.slice(0, FIRST_DELIVERIES_KEPT),
      ...delivered.slice(-LAST_DELIVERIES_KEPT),
    ]);
  });

  it("forgets deliveries with their transaction", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, { ...dueAt(NOW), final: true }));
    await unwrapAsync(
      outbox.postpone({ id: uuid(1), version: 1, at: NOW, until: LATER, reason: "503", delivery: "delivered" }),
    );
    await commitAll(outbox, createChange(2));

    await unwrapAsync(outbox.applyRetention({ ...redactionRequest(NOW + 1), deleteBefore: NOW + 1 }));

    expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual([]);
    expect(await unwrapAsync(outbox.check())).toEqual([]);
  });
}
