import type { Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";
import {
  STORED_AT,
  storedChange,
  storedRetention,
  unwrapAsync,
  unwrapErrorAsync,
  uuid,
} from "@electrum-vouchers/testkit";
import { databaseUrl } from "postgres-server/test-database";
import { afterEach, expect, it } from "vitest";
import { databaseStore, type DatabaseStore } from "../test/database-store.ts";
import { openRecorded } from "../test/recorded-outbox.ts";
import { PLAIN_PLANS, type Statement } from "./server-connections.ts";

// A plan is made once and kept. One that was made for empty tables must not read a large one from end to end.

let store: DatabaseStore | undefined;

afterEach(async () => {
  await store?.remove();
});

/** Reads all that is due, on purpose: it is asked for rarely. */
const READS_ALL_DUE = ["find-ahead", "look-around", "fill-schedule"];

/** Reads all there is, on purpose: an operator has asked for it. */
const READS_EVERYTHING = ["find-orphans", "find-wrong-counts", "find-unjournalled", "recount", "pending"];

const CLAIM = { worker: "a", work: ["advice", "timer"], now: STORED_AT, until: STORED_AT + 1, limit: 3 } as const;

/** Every call that a till or an operator makes. */
async function callAll(outbox: Outbox & OutboxInspection): Promise<void> {
  await unwrapAsync(outbox.commit(storedChange(1, { exclusiveKey: "k" })));
  await unwrapErrorAsync(outbox.commit(storedChange(2, { exclusiveKey: "k" })));
  await unwrapAsync(outbox.load(uuid(1)));
  await unwrapAsync(outbox.claim({ ...CLAIM, ownerGraceMs: 5, except: [uuid(9)], clients: ["c"] }));
  await unwrapAsync(
    outbox.postpone({ id: uuid(1), version: 1, at: STORED_AT, until: STORED_AT + 5, reason: "status 503" }),
  );
  await unwrapAsync(outbox.advance({ queue: "", now: STORED_AT, limit: 5 }));
  await unwrapAsync(outbox.release({ worker: "a" }));
  await unwrapAsync(outbox.release({ worker: "a", records: [{ id: uuid(1), version: 1 }] }));
  await unwrapAsync(outbox.findAhead({ now: STORED_AT, limit: 5 }));
  for (const only of ["unfinished", "needsAttention"] as const) await unwrapAsync(outbox.list({ only, limit: 5 }));
  await unwrapAsync(outbox.list({ after: uuid(1), limit: 5 }));
  await unwrapAsync(outbox.journal(uuid(1)));
  await unwrapAsync(outbox.correctColumns({ limit: 5 }));
  await unwrapAsync(outbox.summary(STORED_AT));
  const { due: _, ...finished } = storedChange(1, { expectedVersion: 1, final: true, at: STORED_AT - 5 });
  await unwrapAsync(outbox.commit(finished));
  await unwrapAsync(outbox.beginRetention({ now: STORED_AT, intervalMs: 1, redactAfterMs: 1 }));
  await unwrapAsync(outbox.applyRetention(storedRetention({ deleteBefore: 0 })));
  await unwrapAsync(outbox.applyRetention(storedRetention({ deleteBefore: STORED_AT })));
  await unwrapAsync(outbox.check());
}

/** As many as a till has after some weeks, a tenth of them unfinished, half of those stuck. */
const FILL = `
  INSERT INTO transactions (id, version, kind, state, needs_attention, committed_at, boot, boot_ms, owner, finished_at,
    due_at, due_work, due_description, queue, record)
  SELECT 'id-' || n, 1, 'provision', 'confirming', n % 100 = 0, n, '', 0, 1, CASE WHEN n % 10 > 0 THEN n END,
    CASE WHEN n % 10 = 0 THEN n END, CASE WHEN n % 10 = 0 THEN 'advice' END, CASE WHEN n % 10 = 0 THEN 'confirmVoucher' END,
    'q' || n % 3, repeat('x', 100)
  FROM generate_series(1, 30000) n;
  INSERT INTO journal (row_id, version, commit_id, entry) SELECT row_id, 1, id, '' FROM transactions;
  INSERT INTO schedule (row_id, version, work, queue, client, due_at, available_at, owner, committed_at)
  SELECT row_id, 1, due_work, queue, client, due_at, due_at + (row_id % 2) * 1000000, 1, committed_at FROM transactions
  WHERE due_at IS NOT NULL;
  ANALYZE transactions; ANALYZE journal; ANALYZE schedule;`;

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Cond"?: string;
  readonly Plans?: readonly PlanNode[];
}

const isPlanNode = (value: unknown): value is PlanNode =>
  typeof value === "object" && value !== null && "Node Type" in value;

/** The tables that a statement would read from end to end: in their own order, or in that of an index, unless a limit ends it. */
async function tablesReadWhole(
  { text }: Statement,
  settings: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const rows = (await store?.schema.query(`EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${text}`, settings)) ?? [];
  const found: string[] = [];
  const visit = (node: PlanNode, isLimited: boolean): void => {
    const { "Relation Name": table = "", "Index Cond": condition, "Node Type": type, Plans: plans = [] } = node;
    const isWhole = type === "Seq Scan" || (type.startsWith("Index") && condition === undefined && !isLimited);
    if (isWhole && ["transactions", "journal", "schedule"].includes(table)) found.push(table);
    for (const each of plans) visit(each, isLimited || type === "Limit");
  };
  const plans: unknown = rows[0]?.["QUERY PLAN"];
  for (const each of Array.isArray(plans) ? plans : []) {
    const plan: unknown = Reflect.get(Object(each), "Plan");
    if (isPlanNode(plan)) visit(plan, false);
  }
  return found;
}

it.each(["empty", "large"])(
  "no statement of a till reads a whole table, on an %s store",
  { timeout: 120_000 },
  async (size) => {
    store = databaseStore(databaseUrl());
    const { outbox, tillStatements, operatorStatements } = await openRecorded(store);
    await callAll(outbox);
    await unwrapAsync(outbox.close());
    if (size === "large") await store.schema.query(FILL);

    expect(tillStatements.size).toBeGreaterThan(10);
    for (const [name, statement] of tillStatements) {
      const scanned = READS_ALL_DUE.includes(name) ? [] : await tablesReadWhole(statement, PLAIN_PLANS);
      expect({ name, scanned }).toEqual({ name, scanned: [] });
    }
    expect(operatorStatements.size).toBeGreaterThan(10);
    // On an empty store the server may well read all of nothing: these are planned anew with each new connection.
    for (const [name, statement] of size === "large" ? operatorStatements : []) {
      const scanned = READS_EVERYTHING.includes(name) ? [] : await tablesReadWhole(statement, {});
      expect({ name, scanned }).toEqual({ name, scanned: [] });
    }
  },
);
