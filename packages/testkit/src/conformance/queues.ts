import { expect, it } from "vitest";
import {
  claimNumbers,
  commitAll,
  createChange,
  createClaim,
  dueAt,
  NOW,
  type OpenOutbox,
  queuedChanges,
  load,
} from "./fixtures.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync } from "../unwrap.ts";

/** A claim of at most so many. */
const claimOf = (limit: number) => createClaim("a", NOW, NOW + 60_000, limit);

/** Whose trouble is whose: queues and clients. */
export function testQueues(open: OpenOutbox): void {
  it("has queues take turns: each gives its first before any gives its second, oldest first", async () => {
    const outbox = await open();
    await commitAll(outbox, ...queuedChanges("q", 1, 4), ...queuedChanges("r", 11, 2), ...queuedChanges("s", 21, 3));

    expect(await claimNumbers(outbox, claimOf(9))).toEqual([1, 11, 21, 2, 12, 22, 3, 23, 4]);
  });

  it("gives what is left of a limit to the queues that have more", async () => {
    const outbox = await open();
    await commitAll(outbox, ...queuedChanges("q", 1, 6), ...queuedChanges("r", 11, 1));

    expect(await claimNumbers(outbox, claimOf(4))).toEqual([1, 11, 2, 3]);
  });

  it("keeps the order of a queue across its clients, kinds of work and postponed records", async () => {
    const outbox = await open();
    const labels = { queue: "q" };
    await commitAll(
      outbox,
      createChange(1, { ...dueAt(NOW - 4, "timer"), labels: { ...labels, client: "c" } }),
      createChange(2, { ...dueAt(NOW - 3), labels }),
      createChange(3, { ...dueAt(NOW - 2), labels: { ...labels, client: "d" } }),
      createChange(4, { ...dueAt(NOW - 1), labels }),
      ...queuedChanges("r", 11, 1),
    );
    await unwrapAsync(outbox.postpone({ id: uuid(2), version: 1, at: NOW, until: NOW - 1, reason: "status 503" }));

    expect(await claimNumbers(outbox, claimOf(4))).toEqual([11, 1, 2, 3]);
  });

  it("counts records without a queue as one queue, which an empty name means", async () => {
    const outbox = await open();
    await commitAll(outbox, ...queuedChanges("", 1, 2), createChange(3, dueAt(NOW)), ...queuedChanges("q", 11, 1));

    expect(await claimNumbers(outbox, { ...claimOf(2), queues: [""] })).toEqual([1, 2]);
    expect(await claimNumbers(outbox, { ...claimOf(9), exceptQueues: [""] })).toEqual([11]);
    expect(await load(outbox, uuid(1))).not.toHaveProperty("queue");
  });

  testQueueFilters(open);
  testAges(open);
  testClients(open);
  testLabels(open);
}

function testQueueFilters(open: OpenOutbox): void {
  it("gives the records of some queues alone, or of all but some", async () => {
    const outbox = await open();
    await commitAll(outbox, ...["q", "r", "s"].flatMap((queue, index) => queuedChanges(queue, 1 + 10 * index, 2)));

    expect(await claimNumbers(outbox, { ...claimOf(2), queues: ["r", "unknown"] })).toEqual([11, 12]);
    expect(await claimNumbers(outbox, { ...claimOf(9), queues: [] })).toEqual([]);
    expect(await claimNumbers(outbox, { ...claimOf(9), queues: ["q", "s"], exceptQueues: ["q"] })).toEqual([21, 22]);
    expect(await claimNumbers(outbox, { ...claimOf(9), exceptQueues: ["s"] })).toEqual([1, 2]);
  });

  it("says when the next record is due of those that were asked for", async () => {
    const outbox = await open();
    await commitAll(outbox, ...queuedChanges("q", 1, 1, NOW + 10), ...queuedChanges("r", 11, 1, NOW + 20));
    const labels = { queue: "s", client: "c" };
    await commitAll(outbox, createChange(21, { ...dueAt(NOW + 5), labels }));

    expect(await unwrapAsync(outbox.claim({ ...claimOf(1), queues: ["r"] }))).toEqual({
      records: [],
      nextDueAt: NOW + 20,
    });
    expect(await unwrapAsync(outbox.claim({ ...claimOf(1), exceptQueues: ["q", "s"] }))).toMatchObject({
      nextDueAt: NOW + 20,
    });
    expect(await unwrapAsync(outbox.claim({ ...claimOf(1), clients: [] }))).toMatchObject({ nextDueAt: NOW + 10 });
    expect(await unwrapAsync(outbox.claim({ ...claimOf(1), deliveries: "repeat" }))).toEqual({ records: [] });
    expect(await unwrapAsync(outbox.claim(claimOf(1)))).toMatchObject({ nextDueAt: NOW + 5 });
  });
}

function testAges(open: OpenOutbox): void {
  it("gives the records that became due in a given time alone, and says when the next of those is due", async () => {
    const outbox = await open();
    await commitAll(outbox, ...[-30, -20, -10, 10].map((later, index) => createChange(index, dueAt(NOW + later))));

    expect(await claimNumbers(outbox, { ...claimOf(9), dueSince: NOW - 20, dueBefore: NOW - 10 })).toEqual([1]);
    expect(await unwrapAsync(outbox.claim({ ...claimOf(0), dueSince: NOW - 9 }))).toEqual({
      records: [],
      nextDueAt: NOW + 10,
    });
    expect(await unwrapAsync(outbox.claim({ ...claimOf(0), dueBefore: NOW - 30 }))).toEqual({ records: [] });
    expect(await claimNumbers(outbox, { ...claimOf(9), dueBefore: NOW - 20 })).toEqual([0]);
    expect(await claimNumbers(outbox, { ...claimOf(9), dueSince: NOW - 20 })).toEqual([2]);
  });

  it("keeps a lease that has not ended, whatever time is asked for", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, dueAt(NOW - 5)));
    expect(await claimNumbers(outbox, claimOf(1))).toEqual([1]);

    const later = { ...claimOf(1), now: NOW + 1 };
    expect(await unwrapAsync(outbox.claim({ ...later, dueBefore: NOW - 5 }))).toEqual({ records: [] });
    expect(await unwrapAsync(outbox.claim({ ...later, dueSince: NOW - 5 }))).toEqual({
      records: [],
      nextDueAt: NOW + 60_000,
    });
  });
}

function testClients(open: OpenOutbox): void {
  it("gives a worker the records of its clients, and those without a client", async () => {
    const outbox = await open();
    const clients = ["c", "d", "", undefined];
    await commitAll(
      outbox,
      ...clients.map((client, index) =>
        createChange(index, { ...dueAt(NOW - 9 + index), ...(client === undefined ? {} : { labels: { client } }) }),
      ),
    );

    expect(await claimNumbers(outbox, { ...claimOf(9), clients: ["c"] })).toEqual([0, 2, 3]);
    expect(await claimNumbers(outbox, { ...claimOf(9), clients: ["e"] })).toEqual([]);
    expect(await claimNumbers(outbox, claimOf(9))).toEqual([1]);
  });

  it("leaves out the records of some clients; an empty name means those without a client", async () => {
    const outbox = await open();
    const clients = ["c", "d", "", undefined];
    await commitAll(
      outbox,
      ...clients.map((client, index) =>
        createChange(index, { ...dueAt(NOW + 1 + index), ...(client === undefined ? {} : { labels: { client } }) }),
      ),
    );
    const later = { ...claimOf(1), now: NOW + 9 };

    expect(await unwrapAsync(outbox.claim({ ...claimOf(1), exceptClients: ["c"] }))).toEqual({
      records: [],
      nextDueAt: NOW + 2,
    });
    expect(await claimNumbers(outbox, { ...later, exceptClients: ["c"] })).toEqual([1]);
    expect(await claimNumbers(outbox, { ...later, limit: 9, clients: ["c"], exceptClients: ["c", ""] })).toEqual([]);
    expect(await claimNumbers(outbox, { ...later, limit: 9, exceptClients: ["c"] })).toEqual([2, 3]);
    expect(await claimNumbers(outbox, { ...later, exceptClients: [] })).toEqual([0]);
  });
}

function testLabels(open: OpenOutbox): void {
  it("has each commit carry all labels: without any, a record has none", async () => {
    const outbox = await open();
    const labels = {
      queue: "q",
      client: "c",
      owner: "till-1",
      terminal: "T1",
      amount: { amount: 10_000, currency: "710" },
      correlation: "order 7",
    };
    await commitAll(outbox, createChange(1, { ...dueAt(NOW), labels }));
    expect(await load(outbox, uuid(1))).toMatchObject({ queue: "q" });
    expect(await claimNumbers(outbox, { ...claimOf(9), clients: ["d"] })).toEqual([]);

    await commitAll(outbox, createChange(1, { ...dueAt(NOW), expectedVersion: 1 }));

    expect(await load(outbox, uuid(1))).not.toHaveProperty("queue");
    expect(await load(outbox, uuid(1))).not.toHaveProperty("client");
    expect(await claimNumbers(outbox, { ...claimOf(9), clients: ["d"], queues: [""] })).toEqual([1]);
  });

  it("gives the queue and the client of a record wherever it gives the record", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, { ...dueAt(NOW), labels: { queue: "q", client: "c" } }));
    const record = {
      id: uuid(1),
      version: 1,
      committedAt: NOW,
      record: "record 1.1",
      queue: "q",
      client: "c",
      ...dueAt(NOW),
    };

    expect(await load(outbox, uuid(1))).toEqual(record);
    expect(await unwrapAsync(outbox.list({ limit: 1 }))).toMatchObject({ records: [record] });
    expect(await unwrapAsync(outbox.claim(claimOf(1)))).toMatchObject({ records: [{ ...record, postponed: 0 }] });
  });
}
