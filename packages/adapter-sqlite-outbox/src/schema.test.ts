import Database from "better-sqlite3";
import { unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { change, NOW } from "../test/change.ts";
import { type TestConnection, openTestConnection } from "../test/test-connection.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";

let store: TemporaryStore;
let opened: TestConnection;
beforeEach(() => {
  store = temporaryStore();
  opened = openTestConnection(store.path);
});
afterEach(async () => {
  await opened.outbox.close().unwrapOr(undefined);
  await store.remove();
});

/** The statements that an outbox prepares, for each file; but those of the check, which counts everything: that is its purpose. */
function statements(): Readonly<Record<"first" | "second", readonly string[]>> {
  const prepare = vi.spyOn(Database.prototype, "prepare");
  opened = openTestConnection(store.path);
  const { durable } = opened.connections;
  const prepared = prepare.mock.calls.map(([source], index) => ({ source, database: prepare.mock.contexts[index] }));
  prepare.mockRestore();
  const wanted = prepared.filter(
    ({ source }) => !/PRAGMA|pragma_|format\(|sqlite_schema|FROM progress$|^DELETE FROM schedule$/.test(source),
  );
  const sources = (of: typeof wanted): readonly string[] => of.map(({ source }) => source);
  return {
    first: sources(wanted.filter(({ database }) => database === durable)),
    second: sources(wanted.filter(({ database }) => database !== durable)),
  };
}

/** How SQLite goes about a statement, step by step. */
function planOf(statement: string, database: Database.Database = opened.connections.durable): readonly string[] {
  const parameters = [...statement.matchAll(/@\w+|\?/g)].map(([name]) => name);
  const named = Object.fromEntries(parameters.map((name) => [name.slice(1), 1]));
  const values = statement.includes("@") ? [named] : parameters.map(() => 1);
  return database
    .prepare<unknown[], { readonly detail: string }>(`EXPLAIN QUERY PLAN ${statement}`)
    .all(...values)
    .map(({ detail }) => detail);
}

/** Fills both files: what SQLite does may depend on how much there is. */
async function fill(): Promise<void> {
  const causes = [undefined, "noResponse", "halted"] as const;
  await Promise.all(
    Array.from({ length: 3_000 }, async (_, n) => {
      const labels = { queue: `q${n % 7}`, client: `c${n % 3}` };
      await unwrapAsync(opened.outbox.commit(change(n, { labels, exclusiveKey: `key ${n}`, final: n % 2 === 0 })));
      const cause = causes[n % 4];
      const postponement = { id: uuid(n), version: 1, until: NOW + n, reason: "status 503" };
      if (n % 5 !== 0)
        await unwrapAsync(opened.outbox.postpone(cause === undefined ? postponement : { ...postponement, cause }));
    }),
  );
  await unwrapAsync(opened.outbox.claim({ worker: "a", work: ["advice"], now: NOW, until: NOW + 1, limit: 100 }));
}

describe("the statements", () => {
  it("are prepared once, when the outbox opens: none by a call", async () => {
    const { outbox } = opened;
    const prepare = vi.spyOn(Database.prototype, "prepare");

    await unwrapAsync(outbox.commit(change(1)));
    await unwrapAsync(outbox.claim({ worker: "a", work: ["advice"], now: NOW, until: NOW, limit: 1 }));
    await unwrapAsync(outbox.postpone({ id: uuid(1), version: 1, until: NOW, reason: "status 503" }));
    await unwrapAsync(outbox.advance({ queue: "q", now: NOW, limit: 1 }));
    await unwrapAsync(outbox.release({ worker: "a" }));
    await unwrapAsync(outbox.load(uuid(1)));
    await unwrapAsync(outbox.summary());
    await unwrapAsync(outbox.list({ limit: 1 }));
    await unwrapAsync(outbox.journal(uuid(1)));
    await unwrapAsync(outbox.check());

    // `pragma` prepares what it is given.
    expect(prepare.mock.calls.filter(([source]) => !source.startsWith("PRAGMA"))).toEqual([]);
    prepare.mockRestore();
  });

  it.each([
    ["empty", async () => {}],
    ["large", fill],
  ])(
    "never look at more than they need in an %s file: no scan, and no sorting of what an index has in order",
    async (_, make) => {
      await make();
      const { first, second } = statements();
      const plans = opened.connections.schedule.use((_schedule, database) => [
        ...first.map((source) => [source, planOf(source)] as const),
        ...second.map((source) => [source, planOf(source, database)] as const),
      ]);

      expect(first.length).toBeGreaterThan(25);
      expect(second.length).toBeGreaterThan(20);
      // What is held is few, or released once when a till starts; partitions are few.
      const scans =
        /SCAN (transactions|journal|schedule)(?! USING (COVERING )?INDEX (transactions|schedule_held|schedule_halted))|TEMP B-TREE/;
      for (const [source, plan] of plans)
        expect([source, plan.filter((detail) => scans.test(detail))]).toEqual([source, []]);
    },
  );

  it("find what is due, what is unfinished and what is finished each by an index of nothing else", () => {
    const plans = statements().first.flatMap((source) => planOf(source).map((detail) => `${detail} | ${source}`));
    const through = (index: string): number => plans.filter((plan) => plan.includes(`INDEX ${index}`)).length;

    expect(through("transactions_due")).toBeGreaterThanOrEqual(2);
    expect(through("transactions_unfinished")).toBe(1);
    expect(through("transactions_attention")).toBe(1);
    expect(through("transactions_finished")).toBe(2);
    expect(through("transactions_exclusive_key")).toBe(1);
  });

  it("find what may be claimed, what is held and what may be advanced each by an index of nothing else", () => {
    const { second } = statements();
    const plans = opened.connections.schedule.use((_, database) =>
      second.flatMap((source) => planOf(source, database).map((detail) => `${detail} | ${source}`)),
    );
    const through = (index: string): readonly string[] => plans.filter((plan) => plan.includes(`INDEX ${index}`));

    expect(through("schedule_free")).toHaveLength(3);
    expect(through("schedule_held").length).toBeGreaterThanOrEqual(3);
    expect(through("schedule_silent")).toHaveLength(1);
    expect(through("schedule_halted")).toHaveLength(1);
  });
});

describe("an operator with the sqlite3 shell", () => {
  const inShell = (statement: string): readonly unknown[] => {
    const shell = new Database(store.path, { readonly: true });
    shell.prepare("ATTACH ? AS leases").run(`${store.path}-leases`);
    const rows = shell.prepare(statement).all();
    shell.close();
    return rows;
  };

  it("finds the advices to deliver, and why they wait, oldest first, in the view outbox", async () => {
    await unwrapAsync(opened.outbox.commit(change(1)));
    const due = { at: NOW - 60_000, work: "advice", description: "reverseRedeem" } as const;
    await unwrapAsync(opened.outbox.commit(change(2, { kind: "redemption", state: "reversing", due })));
    await unwrapAsync(opened.outbox.commit(change(3, { due: { at: NOW, work: "timer", description: "retry" } })));
    await unwrapAsync(
      opened.outbox.commit(
        change(4, { state: "confirmed", final: true, due: { at: NOW, work: "timer", description: "-" } }),
      ),
    );
    await unwrapAsync(opened.outbox.postpone({ id: uuid(1), version: 1, until: NOW + 1_500, reason: "status 503" }));
    await unwrapAsync(
      opened.outbox.claim({ worker: "till-7", work: ["advice"], now: NOW, until: NOW + 65_000, limit: 1 }),
    );

    const view = { queue: null, client: null, terminal: null, amount: null, currency: null, version: 1 };
    const first = {
      ...view,
      id: uuid(2),
      kind: "redemption",
      state: "reversing",
      description: "reverseRedeem",
      due: "2026-03-01T07:59:00.000Z",
      row_id: 2,
    };
    const second = {
      ...view,
      id: uuid(1),
      kind: "provision",
      state: "confirming",
      description: "confirmVoucher",
      due: "2026-03-01T08:00:00.000Z",
      row_id: 1,
    };
    expect(inShell("SELECT * FROM outbox")).toEqual([first, second]);
    expect(inShell("SELECT * FROM outbox LEFT JOIN leases.attempts USING (row_id, version)")).toEqual([
      { ...first, attempts: 0, last_reason: null, not_before: "2026-03-01T08:01:05.000Z", leased_by: "till-7" },
      { ...second, attempts: 1, last_reason: "status 503", not_before: "2026-03-01T08:00:01.500Z", leased_by: null },
    ]);
  });

  it("finds by what a transaction is alerted, beside its state", async () => {
    const labels = { queue: "q", client: "c", owner: "o", terminal: "T1", correlation: "order 7" };
    const amount = { amount: 10_000, currency: "710" };
    await unwrapAsync(opened.outbox.commit(change(1, { labels: { ...labels, amount }, exclusiveKey: "k" })));

    expect(inShell("SELECT queue, client, terminal, amount, currency FROM outbox")).toEqual([
      { queue: "q", client: "c", terminal: "T1", ...amount },
    ]);
    expect(inShell("SELECT owner, correlation, exclusive_key, committed_at FROM transactions")).toEqual([
      { owner: "o", correlation: "order 7", exclusive_key: "k", committed_at: NOW },
    ]);
  });

  it("finds strict tables only", () => {
    const tables = inShell(
      "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );

    expect(tables).toHaveLength(8);
    for (const table of tables) expect(table).toMatchObject({ strict: 1 });
  });
});
