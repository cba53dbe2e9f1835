import Database from "better-sqlite3";
import { unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { change, NOW } from "../test/change.ts";
import { type TestConnection, openTestConnection } from "../test/test-connection.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import { createSqliteOutbox } from "./outbox.ts";

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

/** Every statement that an outbox prepares, except those of the check, which has to read everything. */
function statements(): readonly string[] {
  const { connections } = opened;
  const prepare = [connections.durable, connections.relaxed].map((database) => vi.spyOn(database, "prepare"));
  createSqliteOutbox(connections, () => {});
  return prepare
    .flatMap(({ mock }) => mock.calls)
    .map(([source]) => source)
    .filter((source) => !/PRAGMA|pragma_|format\(/.test(source));
}

/** SQLite's query plan of a statement. */
function planOf(statement: string): readonly string[] {
  const parameters = [...statement.matchAll(/@\w+|\?/g)].map(([name]) => name);
  const named = Object.fromEntries(parameters.map((name) => [name.slice(1), 1]));
  const values = statement.includes("@") ? [named] : parameters.map(() => 1);
  return opened.connections.durable
    .prepare<unknown[], { readonly detail: string }>(`EXPLAIN QUERY PLAN ${statement}`)
    .all(...values)
    .map(({ detail }) => detail);
}

describe("the statements", () => {
  it("are prepared once, when the outbox opens, and never by a call", async () => {
    const { durable, relaxed } = opened.connections;
    const outbox = createSqliteOutbox(opened.connections, () => {});
    const prepare = [durable, relaxed].map((database) => vi.spyOn(database, "prepare"));

    await unwrapAsync(outbox.commit(change(1)));
    await unwrapAsync(outbox.claim({ worker: "a", work: ["advice"], now: NOW, until: NOW, limit: 1 }));
    await unwrapAsync(outbox.postpone({ id: uuid(1), version: 1, until: NOW, reason: "status 503" }));
    await unwrapAsync(outbox.release({ worker: "a" }));
    await unwrapAsync(outbox.load(uuid(1)));
    await unwrapAsync(outbox.summary());
    await unwrapAsync(outbox.list({ limit: 1 }));
    await unwrapAsync(outbox.journal(uuid(1)));
    await unwrapAsync(outbox.check());

    expect(prepare.flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  it("read no more than they need: no scan of all transactions, and no sort of what an index keeps in order", () => {
    const plans = statements().map((source) => [source, planOf(source)] as const);

    expect(plans.length).toBeGreaterThan(20);
    for (const [source, plan] of plans) {
      expect([
        source,
        plan.filter((detail) => /SCAN (transactions|journal)(?! USING INDEX)|TEMP B-TREE/.test(detail)),
      ]).toEqual([source, []]);
    }
  });

  it("find due, unfinished and finished transactions each by an index of their own", () => {
    const plans = statements().flatMap((source) => planOf(source).map((detail) => `${detail} | ${source}`));
    const through = (index: string): number => plans.filter((plan) => plan.includes(`INDEX ${index}`)).length;

    expect(through("transactions_due")).toBeGreaterThanOrEqual(2);
    expect(through("transactions_unfinished")).toBe(1);
    expect(through("transactions_attention")).toBe(1);
    expect(through("transactions_finished")).toBe(2);
  });
});

describe("an operator with the sqlite3 shell", () => {
  const inShell = (statement: string): readonly unknown[] => {
    const shell = new Database(store.path, { readonly: true });
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

    expect(inShell("SELECT * FROM outbox")).toEqual([
      {
        id: uuid(2),
        kind: "redemption",
        state: "reversing",
        description: "reverseRedeem",
        due: "2026-03-01T07:59:00.000Z",
        attempts: 0,
        last_reason: null,
        not_before: "2026-03-01T08:01:05.000Z",
        leased_by: "till-7",
      },
      {
        id: uuid(1),
        kind: "provision",
        state: "confirming",
        description: "confirmVoucher",
        due: "2026-03-01T08:00:00.000Z",
        attempts: 1,
        last_reason: "status 503",
        not_before: "2026-03-01T08:00:01.500Z",
        leased_by: null,
      },
    ]);
  });

  it("finds strict tables only", () => {
    const tables = inShell(
      "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'",
    );

    expect(tables).toHaveLength(5);
    for (const table of tables) expect(table).toMatchObject({ strict: 1 });
  });
});
