// Pages of transactions, in the order of arrival.
//
// Numbers are given before the commit. So a transaction may appear behind one that is on a page already: a caller that goes on after that
// page would never see it. A page with another behind it is therefore read twice: the second time when all commits have ended that were
// under way at the first.

import { setTimeout as sleep } from "node:timers/promises";
import type { Uuid } from "@electrum-vouchers/core";
import type { ListQuery } from "@electrum-vouchers/core/ports";
import type { ConnectionPool, Statement } from "../server-connections.ts";
import { toColumnInstant, toColumnTextOrNull } from "../texts.ts";

export interface TransactionPage<Row> {
  readonly rows: readonly Row[];
  /** The last one of the page, if there are more. */
  readonly next?: Uuid;
}

interface Numbered {
  readonly row_id: number;
  readonly id: Uuid;
}

const CONDITIONS = {
  all: "true",
  unfinished: "t.is_open AND t.finished_at IS NULL",
  needsAttention: "t.needs_attention",
  toHandOver: "t.to_hand_over",
};

type Value = string | number | null;

/** The other conditions, from the fourth parameter on. One that is not asked for is NULL. */
const FILTERS: readonly (readonly [
  condition: (parameter: string) => string,
  type: string,
  value: (query: ListQuery) => Value,
])[] = [
  [(given) => `t.kind = ${given}`, "text", ({ kind }) => kind ?? null],
  [(given) => `t.state = ${given}`, "text", ({ state }) => toColumnTextOrNull(state)],
  [(given) => `t.queue = ${given}`, "text", ({ queue }) => toColumnTextOrNull(queue)],
  [(given) => `t.client = ${given}`, "text", ({ client }) => toColumnTextOrNull(client)],
  [(given) => `t.terminal = ${given}`, "text", ({ terminal }) => toColumnTextOrNull(terminal)],
  [(given) => `t.correlation = ${given}`, "text", ({ correlation }) => toColumnTextOrNull(correlation)],
  [(given) => `t.due_at <= ${given}`, "bigint", ({ dueBy }) => toInstantOrNull(dueBy)],
  [(given) => `t.committed_at < ${given}`, "bigint", ({ committedBefore }) => toInstantOrNull(committedBefore)],
  [(given) => `t.committed_at >= ${given}`, "bigint", ({ committedSince }) => toInstantOrNull(committedSince)],
];

const toInstantOrNull = (at: number | undefined): number | null => (at === undefined ? null : toColumnInstant(at));

const MEETS_FILTERS = FILTERS.map(([condition, type], index) => {
  const parameter = `$${index + 4}::${type}`;
  return `(${parameter} IS NULL OR ${condition(parameter)})`;
}).join(" AND ");

const FIND_ROW_ID: Statement = { name: "find-row-id", text: "SELECT row_id FROM transactions WHERE id = $1" };

/** Other sessions that are writing transactions. */
const FIND_WRITERS: Statement = {
  name: "find-writers",
  text: `SELECT virtualtransaction AS writer FROM pg_locks
    WHERE locktype = 'relation' AND relation = 'transactions'::regclass AND mode = 'RowExclusiveLock'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()`,
};

/** A commit takes milliseconds. If one takes longer, an operator has it open, or its host is gone. */
const MAX_WAIT_MS = 1_000;
const POLL_INTERVAL_MS = 5;

/** `columns` are of the table that is called `t`. */
export function createTransactionPages<Row extends Numbered>(
  pool: Pick<ConnectionPool, "run">,
  name: string,
  columns: string,
): (query: ListQuery) => Promise<TransactionPage<Row>> {
  const select = (only: keyof typeof CONDITIONS): Statement => ({
    name: `${name}-${only}`,
    text: `SELECT ${columns} FROM transactions t
      WHERE t.row_id > $1::bigint AND t.row_id <= $2::bigint AND ${CONDITIONS[only]} AND ${MEETS_FILTERS}
      ORDER BY t.row_id LIMIT $3`,
  });

  return async (query) => {
    const { only, after, limit } = query;
    const [start] = after === undefined ? [] : await pool.run<{ row_id: number }>(FIND_ROW_ID, [after]);
    const filters = FILTERS.map(([, , value]) => value(query));
    // One more than the limit shows whether there is a next page. If the record `after` was deleted, the list begins anew.
    const read = (upTo: number): Promise<readonly Row[]> =>
      pool.run<Row>(select(only ?? "all"), [start?.row_id ?? 0, upTo, limit + 1, ...filters]);
    const first = await read(Number.MAX_SAFE_INTEGER);
    const last = first[limit - 1];
    if (first.length <= limit || last === undefined) return { rows: first.slice(0, limit) };
    const again = (await waitForWriters(pool)) ? await read(last.row_id) : first;
    const rows = again.slice(0, limit);
    return { rows, next: rows.at(-1)?.id ?? last.id };
  };
}

async function findWriters(pool: Pick<ConnectionPool, "run">): Promise<readonly string[]> {
  return (await pool.run<{ writer: string }>(FIND_WRITERS)).map(({ writer }) => writer);
}

/** Whether commits were under way, which have ended now. */
async function waitForWriters(pool: Pick<ConnectionPool, "run">): Promise<boolean> {
  let left = await findWriters(pool);
  const wereThere = left.length > 0;
  for (let waitedMs = 0; left.length > 0 && waitedMs < MAX_WAIT_MS; waitedMs += POLL_INTERVAL_MS) {
    await sleep(POLL_INTERVAL_MS);
    const now = await findWriters(pool);
    left = left.filter((writer) => now.includes(writer));
  }
  return wereThere;
}
