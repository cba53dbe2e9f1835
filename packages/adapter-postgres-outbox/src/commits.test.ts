import { setTimeout as sleep } from "node:timers/promises";
import { STORED_AT, storedChange, unwrapAsync, unwrapErrorAsync, uuid } from "@electrum-vouchers/testkit";
import pg from "pg";
import { databaseUrl } from "postgres-server/test-database";
import { afterEach, describe, expect, it } from "vitest";
import { databaseStore, type DatabaseStore } from "../test/database-store.ts";

const stores: DatabaseStore[] = [];

function createStore(): DatabaseStore {
  const store = databaseStore(databaseUrl());
  stores.push(store);
  return store;
}

afterEach(async () => {
  for (const store of stores.splice(0)) await store.remove();
});

describe("commits", () => {
  it("that come together go together, and the listener hears how many", async () => {
    const sizes: number[] = [];
    const outbox = await createStore().open({ committers: 1, onCommit: (changes) => void sizes.push(changes) });

    await Promise.all(Array.from({ length: 200 }, (_, n) => unwrapAsync(outbox.commit(storedChange(n)))));
    await unwrapAsync(outbox.close());

    expect(sizes).toEqual([128, 72]);
  });

  it("are refused alone, if the server does not accept one", async () => {
    const outbox = await createStore().open();

    const outcomes = await Promise.all(
      [1, 2, 3].map((n) => outbox.commit(storedChange(n, n === 2 ? { at: 0.5 } : {}))),
    );

    expect(outcomes.map((outcome) => outcome.isOk())).toEqual([true, false, true]);
    expect(await unwrapErrorAsync(outbox.commit(storedChange(2, { at: 0.5 })))).toMatchObject({ reason: "failed" });
    expect(await unwrapAsync(outbox.load(uuid(2)))).toBeUndefined();
  });

  it("repeat nothing of what they hold in an error", async () => {
    const outbox = await createStore().open();

    const error = await unwrapErrorAsync(
      outbox.commit(storedChange(1, { at: 0.5, record: "SECRET-4711", entry: "SECRET-4711" })),
    );

    expect(JSON.stringify(error)).not.toContain("SECRET-4711");
  });

  it("of one transaction go one after the other, in the order in which they were asked for", async () => {
    const outbox = await createStore().open();

    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, expectedVersion) => outbox.commit(storedChange(1, { expectedVersion }))),
    );

    expect(outcomes.filter((outcome) => outcome.isErr())).toEqual([]);
    expect(await unwrapAsync(outbox.load(uuid(1)))).toMatchObject({ version: 20 });
  });

  it("give back a key that another of the same turn takes", async () => {
    const outbox = await createStore().open();
    await unwrapAsync(outbox.commit(storedChange(1, { exclusiveKey: "k" })));

    const freed = outbox.commit(storedChange(1, { expectedVersion: 1, exclusiveKey: null }));
    await unwrapAsync(freed);
    await unwrapAsync(outbox.commit(storedChange(2, { exclusiveKey: "k" })));

    expect(await unwrapErrorAsync(outbox.commit(storedChange(3, { exclusiveKey: "k" })))).toMatchObject({
      type: "taken",
      holder: { id: uuid(2) },
    });
  });

  it("are refused at once beyond ten thousand that wait", async () => {
    const outbox = await createStore().open();

    const outcomes = await Promise.all(Array.from({ length: 10_001 }, (_, n) => outbox.commit(storedChange(n % 50))));

    expect(outcomes.filter((outcome) => outcome.isErr() && outcome.error.type === "unavailable")).toHaveLength(1);
  });
});

describe("a list", () => {
  it("never passes over a transaction with a lower number that commits later", async () => {
    const store = createStore();
    const outbox = await store.open();
    for (const n of [1, 2, 4, 5, 6]) await unwrapAsync(outbox.commit(storedChange(n)));
    // The third arrives between the second and the fourth, and is committed after the page was asked for.
    const late = new pg.Client({ connectionString: store.connectionString });
    await late.connect();
    await late.query(`SET search_path = ${store.schema.name}; BEGIN`);
    await late.query("UPDATE transactions SET row_id = DEFAULT WHERE row_id = (SELECT max(row_id) FROM transactions)");
    const page = outbox.list({ limit: 4 });
    await sleep(100);
    await late.query("COMMIT");
    await late.end();

    const { records, next } = await unwrapAsync(page);
    const rest = await unwrapAsync(outbox.list({ limit: 4, ...(next === undefined ? {} : { after: next }) }));

    expect([...records, ...rest.records].map(({ id }) => id).toSorted()).toEqual([1, 2, 4, 5, 6].map(uuid));
  });
});

describe("an operator", () => {
  it("sees what waits in the view `outbox`, and no secret", async () => {
    const store = createStore();
    const outbox = await store.open();
    await unwrapAsync(
      outbox.commit(storedChange(1, { record: "SECRET-4711", labels: { queue: "q", terminal: "T1" } })),
    );
    await unwrapAsync(
      outbox.postpone({ id: uuid(1), version: 1, at: STORED_AT, until: STORED_AT + 60_000, reason: "status 503" }),
    );

    const rows = await store.schema.query("SELECT * FROM outbox");

    expect(rows).toMatchObject([
      {
        id: uuid(1),
        state: "confirming",
        due: new Date(STORED_AT),
        queue: "q",
        terminal: "T1",
        attempts: 1,
        last_reason: "status 503",
      },
    ]);
    expect(JSON.stringify(rows)).not.toContain("SECRET-4711");
  });

  it.each([
    [
      "a trigger",
      "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER swallow BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION nothing()",
      "swallow",
    ],
    ["an unlogged table", "ALTER TABLE journal SET UNLOGGED", "a crash empties it"],
    ["a count that is wrong", "INSERT INTO state_counts VALUES ('issued', false, 5)", "says 5, there are 0"],
    ["a lost entry", "DELETE FROM journal", "has 0 journal entries"],
    ["an entry without its transaction", "INSERT INTO journal VALUES (99, 1, '', '')", "has no transaction"],
    ["a row that no claim would find", "DELETE FROM schedule", "schedule"],
  ])("is told of %s", async (_, sql, told) => {
    const store = createStore();
    const outbox = await store.open();
    await unwrapAsync(outbox.commit(storedChange(1)));
    expect(await unwrapAsync(outbox.check())).toEqual([]);

    await store.schema.query(sql);

    expect((await unwrapAsync(outbox.check())).join("\n")).toContain(told);
  });

  it("has columns corrected that another program changed, and the counts with them", async () => {
    const store = createStore();
    const outbox = await store.open();
    await unwrapAsync(outbox.commit(storedChange(1)));
    await store.schema.query("DELETE FROM schedule");
    const claim = { worker: "a", work: ["advice"], now: STORED_AT, until: STORED_AT + 1, limit: 1 } as const;
    expect((await unwrapAsync(outbox.claim(claim))).records).toEqual([]);

    expect(await unwrapAsync(outbox.correctColumns({ limit: 9 }))).toEqual({
      corrected: [{ id: uuid(1), columns: ["schedule"] }],
      damaged: [],
    });

    expect((await unwrapAsync(outbox.claim(claim))).records).toMatchObject([{ id: uuid(1) }]);
    expect(await unwrapAsync(outbox.check())).toEqual([]);
  });

  it("can rely on many folds of the counts, beside commits", async () => {
    const outbox = await createStore().open({ committers: 4 });
    for (let round = 0; round < 30; round += 1)
      await Promise.all(
        Array.from({ length: 20 }, (_, n) => outbox.commit(storedChange(100 * round + n)).then((done) => done.isOk())),
      );

    expect(await unwrapAsync(outbox.summary(STORED_AT))).toMatchObject({ states: { confirming: 600 } });
    expect(await unwrapAsync(outbox.check())).toEqual([]);
  });
});
