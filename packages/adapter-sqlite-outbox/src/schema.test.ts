import Database from "better-sqlite3";
import { STORED_AT, storedChange, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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

/**
 * The statements that an outbox prepares, for each file; but those of the check and of the summary, which count everything, or all that is
 * due: that is their purpose.
 */
function statements(): Readonly<Record<"first" | "second", readonly string[]>> {
  const prepare = vi.spyOn(Database.prototype, "prepare");
  opened = openTestConnection(store.path);
  const { durable } = opened.connections;
  const prepared = prepare.mock.calls.map(([source], index) => ({ source, database: prepare.mock.contexts[index] }));
  prepare.mockRestore();
  const wanted = prepared.filter(
    ({ source }) => !/PRAGMA|pragma_|format\(|total\(|sqlite_schema|FROM progress$|^DELETE FROM schedule$/.test(source),
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
      await unwrapAsync(
        opened.outbox.commit(storedChange(n, { labels, exclusiveKey: `key ${n}`, final: n % 2 === 0 })),
      );
      const cause = causes[n % 4];
      const postponement = { id: uuid(n), version: 1, at: 0, until: STORED_AT + n, reason: "status 503" };
      if (n % 5 !== 0)
        await unwrapAsync(opened.outbox.postpone(cause === undefined ? postponement : { ...postponement, cause }));
    }),
  );
  await unwrapAsync(
    opened.outbox.claim({ worker: "a", work: ["advice"], now: STORED_AT, until: STORED_AT + 1, limit: 100 }),
  );
}

it("has a secret that no other store has", async () => {
  const other = temporaryStore();
  const { outbox } = openTestConnection(other.path);
  const secret = await unwrapAsync(outbox.secret());
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(secret).not.toBe(await unwrapAsync(opened.outbox.secret()));
  await unwrapAsync(outbox.close());
  await other.remove();
});

describe("the statements", () => {
  it("are prepared once, when the outbox opens: none by a call", async () => {
    const { outbox } = opened;
    const prepare = vi.spyOn(Database.prototype, "prepare");

    await unwrapAsync(outbox.commit(storedChange(1)));
    await unwrapAsync(outbox.claim({ worker: "a", work: ["advice"], now: STORED_AT, until: STORED_AT, limit: 1 }));
    await unwrapAsync(outbox.postpone({ id: uuid(1), version: 1, at: 0, until: STORED_AT, reason: "status 503" }));
    await unwrapAsync(outbox.advance({ queue: "q", now: STORED_AT, limit: 1 }));
    await unwrapAsync(outbox.release({ worker: "a" }));
    await unwrapAsync(outbox.load(uuid(1)));
    await unwrapAsync(outbox.summary(STORED_AT));
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

    expect(through("transactions_due")).toBeGreaterThanOrEqual(1);
    // By the list, and by the comparison of columns with their records; with filters and without.
    expect(through("transactions_unfinished")).toBe(4);
    expect(through("transactions_attention")).toBe(4);
    // Retention: a page with secrets, a page without, and the oldest of either.
    expect(through("transactions_finished")).toBe(4);
    expect(through("transactions_exclusive_key")).toBe(1);
  });

  it("find what may be claimed, what is held and what may be advanced each by an index of nothing else", () => {
    const { second } = statements();
    const plans = opened.connections.schedule.use((_, database) =>
      second.flatMap((source) => planOf(source, database).map((detail) => `${detail} | ${source}`)),
    );
    const through = (index: string): readonly string[] => plans.filter((plan) => plan.includes(`INDEX ${index}`));

    expect(through("schedule_free")).toHaveLength(4);
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

  it("counts what is due, with its money, from its index alone", () => {
    const prepare = vi.spyOn(Database.prototype, "prepare");
    const reopened = openTestConnection(store.path);
    const [summary = ""] = prepare.mock.calls.find(([source]) => source.includes("total(")) ?? [];
    prepare.mockRestore();

    expect(planOf(summary, reopened.connections.durable)).toContain(
      "SEARCH transactions USING COVERING INDEX transactions_due (due_work>?)",
    );
  });

  it("finds what waits, and what for, oldest first, in the view outbox", async () => {
    await unwrapAsync(opened.outbox.commit(storedChange(1)));
    const due = { at: STORED_AT - 60_000, work: "advice", description: "reverseRedeem" } as const;
    await unwrapAsync(opened.outbox.commit(storedChange(2, { kind: "redemption", state: "reversing", due })));
    await unwrapAsync(
      opened.outbox.commit(storedChange(3, { due: { at: STORED_AT, work: "timer", description: "retry" } })),
    );
    await unwrapAsync(
      opened.outbox.commit(
        storedChange(4, { state: "confirmed", final: true, due: { at: STORED_AT, work: "timer", description: "-" } }),
      ),
    );
    await unwrapAsync(
      opened.outbox.postpone({ id: uuid(1), version: 1, at: 0, until: STORED_AT + 1_500, reason: "status 503" }),
    );
    await unwrapAsync(
      opened.outbox.claim({ worker: "till-7", work: ["advice"], now: STORED_AT, until: STORED_AT + 65_000, limit: 1 }),
    );

    const view = {
      waits_for: "advice",
      since: "2026-03-01T08:00:00.000Z",
      queue: null,
      client: null,
      owner: expect.stringMatching(/^[0-9a-f-]{36}$/),
      terminal: null,
      correlation: null,
      amount: null,
      currency: null,
      version: 1,
    };
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
    const advices = "SELECT * FROM outbox WHERE waits_for = 'advice'";
    expect(inShell(advices)).toEqual([first, second]);
    expect(inShell("SELECT id, waits_for FROM outbox")).toEqual([
      { id: uuid(2), waits_for: "advice" },
      { id: uuid(1), waits_for: "advice" },
      { id: uuid(3), waits_for: "timer" },
    ]);
    expect(
      inShell(
        "SELECT * FROM outbox LEFT JOIN leases.attempts USING (row_id, version) WHERE waits_for = 'advice' ORDER BY due",
      ),
    ).toEqual([
      {
        ...first,
        attempts: 0,
        last_reason: null,
        not_before: "2026-03-01T08:01:05.000Z",
        leased_by: expect.stringMatching(/^[0-9a-f-]{36} till-7$/),
      },
      { ...second, attempts: 1, last_reason: "status 503", not_before: "2026-03-01T08:00:01.500Z", leased_by: null },
    ]);
  });

  it("finds what waits for an operator, and what waits for the till", async () => {
    const { due: _, ...undecided } = storedChange(1, { state: "issued" });
    await unwrapAsync(opened.outbox.commit(undecided));
    await unwrapAsync(opened.outbox.commit(storedChange(2, { state: "confirmed", final: true, needsAttention: true })));

    expect(inShell("SELECT id, waits_for FROM outbox ORDER BY row_id")).toEqual([
      { id: uuid(1), waits_for: "till" },
      { id: uuid(2), waits_for: "operator" },
    ]);
  });

  it("finds by what a transaction is alerted, beside its state", async () => {
    const labels = { queue: "q", client: "c", terminal: "T1", correlation: "order 7" };
    const amount = { amount: 10_000, currency: "710" };
    await unwrapAsync(opened.outbox.commit(storedChange(1, { labels: { ...labels, amount }, exclusiveKey: "k" })));

    expect(inShell("SELECT queue, client, terminal, amount, currency FROM outbox")).toEqual([
      { queue: "q", client: "c", terminal: "T1", ...amount },
    ]);
    expect(inShell("SELECT owner, correlation, exclusive_key, committed_at FROM transactions")).toEqual([
      {
        owner: expect.stringMatching(/^[0-9a-f-]{36}$/),
        correlation: "order 7",
        exclusive_key: "k",
        committed_at: STORED_AT,
      },
    ]);
  });

  it("finds strict tables only", () => {
    const tables = inShell(
      "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );

    expect(tables).toHaveLength(9);
    for (const table of tables) expect(table).toMatchObject({ strict: 1 });
  });
});
