import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createChange, dueAt, commitAll, NOW, type OpenOutbox, load, noWork } from "./fixtures.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync, unwrapErrorAsync } from "../unwrap.ts";

/** Whatever a store might stumble over: quotes, line ends, nothing at all, and characters of one to four bytes. */
const CHARACTERS = ["a", "'", '"', "\\", "\n", "\r", "\0", "%", "?", "$", "é", "€", "\u2028", "\ufeff", "𝄞"];

/** One record a transaction, and its version as the fence. */
export function testCommits(open: OpenOutbox): void {
  it("creates a record as version 1 where none is expected", async () => {
    const outbox = await open();

    await unwrapAsync(outbox.commit(createChange(1, { expectedVersion: 0, record: "the first" })));

    expect(await load(outbox, uuid(1))).toEqual({
      id: uuid(1),
      version: 1,
      committedAt: NOW,
      record: "the first",
    });
  });

  it("replaces the expected version by the next one", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1), createChange(1, { expectedVersion: 1, record: "the second" }));

    await unwrapAsync(outbox.commit(createChange(1, { expectedVersion: 2, record: "the third" })));

    expect(await load(outbox, uuid(1))).toEqual({
      id: uuid(1),
      version: 3,
      committedAt: NOW,
      record: "the third",
    });
  });

  it("loads nothing where nothing was committed", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1));

    expect(await load(outbox, uuid(2))).toBeUndefined();
  });

  it("gives the id of the commit that wrote a record, where that had one", async () => {
    const outbox = await open();
    const [first, second] = [uuid(0xa), uuid(0xb)];

    await commitAll(outbox, createChange(1, { commitId: first }));
    expect(await load(outbox, uuid(1))).toMatchObject({ version: 1, commitId: first });
    await unwrapErrorAsync(outbox.commit(createChange(1, { commitId: second })));
    expect(await load(outbox, uuid(1))).toMatchObject({ version: 1, commitId: first });
    await commitAll(outbox, createChange(1, { expectedVersion: 1, commitId: second }));
    expect(await load(outbox, uuid(1))).toMatchObject({ version: 2, commitId: second });
    await commitAll(outbox, createChange(1, { expectedVersion: 2 }));
    expect(await load(outbox, uuid(1))).not.toHaveProperty("commitId");
  });

  testApart(open);
}

function testApart(open: OpenOutbox): void {
  it("keeps each transaction apart from the others", async () => {
    const outbox = await open();

    await commitAll(outbox, createChange(1), createChange(2), createChange(1, { expectedVersion: 1 }));

    expect(await load(outbox, uuid(1))).toEqual({
      id: uuid(1),
      version: 2,
      committedAt: NOW,
      record: "record 1.2",
    });
    expect(await load(outbox, uuid(2))).toEqual({
      id: uuid(2),
      version: 1,
      committedAt: NOW,
      record: "record 2.1",
    });
  });

  it("keeps every text as it is", async () => {
    const outbox = await open();
    let n = 0;
    const text = fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(text, text, text, async (record, entry, description) => {
        n += 1;
        await unwrapAsync(
          outbox.commit(createChange(n, { record, entry, due: { at: NOW, work: "timer", description } })),
        );

        expect(await load(outbox, uuid(n))).toMatchObject({ record, due: { description } });
        expect(await unwrapAsync(outbox.journal(uuid(n)))).toEqual([entry]);
      }),
    );
  });

  testVersionFence(open);
  testDueWork(open);
}

function testVersionFence(open: OpenOutbox): void {
  it("refuses to create what exists, and gives the record that won", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, { record: "the winner", ...dueAt(NOW) }));

    const conflict = await unwrapErrorAsync(outbox.commit(createChange(1, { record: "the loser" })));

    const winner = { id: uuid(1), version: 1, committedAt: NOW, record: "the winner", ...dueAt(NOW) };
    expect(conflict).toEqual({ type: "conflict", winner });
    expect(await load(outbox, uuid(1))).toEqual(winner);
  });

  it("refuses to replace a version that was replaced, or that is yet to come", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1), createChange(1, { expectedVersion: 1, record: "the winner" }));

    for (const expectedVersion of [0, 1, 3, 4]) {
      const conflict = await unwrapErrorAsync(outbox.commit(createChange(1, { expectedVersion, record: "the loser" })));

      expect(conflict).toEqual({
        type: "conflict",
        winner: { id: uuid(1), version: 2, committedAt: NOW, record: "the winner" },
      });
    }
  });

  it("refuses to replace what does not exist, and then there is no winner", async () => {
    const outbox = await open();

    expect(await unwrapErrorAsync(outbox.commit(createChange(1, { expectedVersion: 1 })))).toEqual({
      type: "conflict",
    });
    expect(await load(outbox, uuid(1))).toBeUndefined();
  });

  it("writes nothing at all of what it refuses", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, { state: "requesting", ...dueAt(NOW, "timer") }));

    await unwrapErrorAsync(
      outbox.commit(createChange(1, { state: "issued", needsAttention: true, entry: "lost", ...dueAt(NOW) })),
    );

    expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual(["entry 1.1"]);
    expect(await unwrapAsync(outbox.summary(NOW))).toEqual({
      states: { requesting: 1 },
      needsAttention: 0,
      due: { ...noWork, timer: { count: 1, amounts: {} } },
      waiting: noWork,
      halted: 0,
      oldestDueAt: NOW,
    });
  });
}

function testDueWork(open: OpenOutbox): void {
  it("keeps what is due next with the record", async () => {
    const outbox = await open();
    const due = { at: NOW + 5, work: "advice", description: "reverseVoucher" } as const;

    await commitAll(outbox, createChange(1, { due }));

    expect(await load(outbox, uuid(1))).toEqual({
      id: uuid(1),
      version: 1,
      committedAt: NOW,
      record: "record 1.1",
      due,
    });
  });

  it("replaces what was due with each commit, by nothing where nothing is due any more", async () => {
    const outbox = await open();
    const second = { at: NOW + 7, work: "timer", description: "retry" } as const;
    await commitAll(outbox, createChange(1, dueAt(NOW)), createChange(1, { expectedVersion: 1, due: second }));
    expect(await load(outbox, uuid(1))).toMatchObject({ version: 2, due: second });

    await commitAll(outbox, createChange(1, { expectedVersion: 2 }));

    expect(await load(outbox, uuid(1))).toEqual({
      id: uuid(1),
      version: 3,
      committedAt: NOW,
      record: "record 1.3",
    });
  });
}
