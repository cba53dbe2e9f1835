import { expect, it } from "vitest";
import type { OutboxStore } from "./outbox-store.ts";
import { commitAll, createChange, dueAt, NOW, type OpenOutbox, load } from "./fixtures.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync, unwrapErrorAsync } from "../unwrap.ts";

/** At most one record holds a key. */
export function testExclusiveKeys(open: OpenOutbox): void {
  it("refuses a key that another record holds, names the holder, and writes nothing", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, { exclusiveKey: "k", labels: { queue: "q" }, ...dueAt(NOW) }));
    await commitAll(outbox, createChange(2));

    const taken = {
      type: "taken",
      holder: { id: uuid(1), version: 1, committedAt: NOW, record: "record 1.1", queue: "q", ...dueAt(NOW) },
    };
    expect(await unwrapErrorAsync(outbox.commit(createChange(2, { expectedVersion: 1, exclusiveKey: "k" })))).toEqual(
      taken,
    );
    expect(await unwrapErrorAsync(outbox.commit(createChange(3, { exclusiveKey: "k" })))).toEqual(taken);

    expect(await load(outbox, uuid(2))).toMatchObject({ version: 1 });
    expect(await load(outbox, uuid(3))).toBeUndefined();
    expect(await unwrapAsync(outbox.journal(uuid(2)))).toEqual(["entry 2.1"]);
    expect(await unwrapAsync(outbox.check())).toEqual([]);
  });

  it("keeps a key over commits that do not mention it, and lets its holder set it again", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, { exclusiveKey: "k" }), createChange(1, { expectedVersion: 1 }));

    expect(await unwrapErrorAsync(outbox.commit(createChange(2, { exclusiveKey: "k" })))).toMatchObject({
      holder: { id: uuid(1), version: 2 },
    });
    await commitAll(outbox, createChange(1, { expectedVersion: 2, exclusiveKey: "k" }));
  });

  it("frees a key that is cleared, or exchanged for another", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, { exclusiveKey: "k" }));

    await commitAll(
      outbox,
      createChange(1, { expectedVersion: 1, exclusiveKey: null }),
      createChange(2, { exclusiveKey: "k" }),
    );
    await commitAll(
      outbox,
      createChange(2, { expectedVersion: 1, exclusiveKey: "l" }),
      createChange(3, { exclusiveKey: "k" }),
    );

    expect(
      await unwrapErrorAsync(outbox.commit(createChange(1, { expectedVersion: 2, exclusiveKey: "l" }))),
    ).toMatchObject({
      type: "taken",
      holder: { id: uuid(2) },
    });
  });

  it("never refuses a commit that acquires no key, whatever others hold", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, { exclusiveKey: "k" }), createChange(2));

    await commitAll(
      outbox,
      createChange(2, { expectedVersion: 1, exclusiveKey: null }),
      createChange(2, { expectedVersion: 2 }),
      createChange(3, { exclusiveKey: null }),
    );

    expect(await load(outbox, uuid(2))).toMatchObject({ version: 3 });
  });

  testOrderOfChecks(open);
}

function testOrderOfChecks(open: OpenOutbox): void {
  it("writes a commit once, however often it is repeated: also after others, and though its key was taken since", async () => {
    const outbox = await open();
    const first = createChange(1, { commitId: uuid(0xa), exclusiveKey: "k" });
    await commitAll(outbox, first, first);
    expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual(["entry 1.1"]);

    await commitAll(outbox, createChange(1, { expectedVersion: 1, commitId: uuid(0xb), exclusiveKey: null }));
    await commitAll(outbox, createChange(2, { exclusiveKey: "k" }), first);

    expect(await load(outbox, uuid(1))).toMatchObject({ version: 2, commitId: uuid(0xb) });
    expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual(["entry 1.1", "entry 1.2"]);
    const other = createChange(1, { commitId: uuid(0xb) });
    expect(await unwrapErrorAsync(outbox.commit(other))).toMatchObject({ type: "conflict" });
  });

  it("says that the version is another's before it says that the key is", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, { exclusiveKey: "k" }), createChange(2));

    expect(await unwrapErrorAsync(outbox.commit(createChange(2, { exclusiveKey: "k" })))).toMatchObject({
      type: "conflict",
      winner: { id: uuid(2) },
    });
  });
}

/** Keys, where several processes commit at once. */
export function testSharedKeys(createStore: () => Promise<OutboxStore>): void {
  it("lets exactly one of many commits acquire a key, in one process or in several", async () => {
    const store = await createStore();
    const outboxes = [await store.open(), await store.open()];

    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        outboxes.map((outbox, index) => outbox.commit(createChange(2 * n + index, { exclusiveKey: "k" }))),
      ).flat(),
    );

    expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
    const failures = outcomes.flatMap((outcome) => (outcome.isErr() ? [outcome.error] : []));
    const winner = outcomes.findIndex((outcome) => outcome.isOk());
    expect(failures).toHaveLength(39);
    for (const failure of failures) expect(failure).toMatchObject({ type: "taken", holder: { id: uuid(winner) } });
  });

  it("has one secret for all its processes, as long as a key", async () => {
    const store = await createStore();
    const [here, there] = [await store.open(), await store.open()];
    const secret = await unwrapAsync(here.secret());
    expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(await unwrapAsync(there.secret())).toBe(secret);
  });
}
