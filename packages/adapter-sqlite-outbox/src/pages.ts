import type { Uuid } from "@electrum-vouchers/core";
import type { ListQuery } from "@electrum-vouchers/core/ports";
import type { Database, Statement } from "better-sqlite3";
import { BOUND } from "./rows.ts";

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** The last one of the page, if there are more. */
  readonly next?: Uuid;
}

type Filter = Exclude<keyof ListQuery, "only" | "after" | "limit">;

/** What each filter asks of a row. No name is the same as none. */
const CONDITIONS: Readonly<Record<Filter, string>> = {
  kind: "kind = @kind",
  state: "state = @state",
  queue: "ifnull(queue, '') = @queue",
  client: "ifnull(client, '') = @client",
  terminal: "terminal = @terminal",
  correlation: "correlation = @correlation",
  dueBy: "due_work IS NOT NULL AND due_at <= @dueBy",
  committedBefore: "committed_at < @committedBefore",
  committedSince: "committed_at >= @committedSince",
};

/** All of them in one condition, so that there is one statement, which is prepared once. */
const FILTERS = Object.entries(CONDITIONS)
  .map(([name, condition]) => `AND (@${name} IS NULL OR ${condition})`)
  .join(" ");

const NO_FILTERS: Readonly<Record<Filter, null>> = {
  kind: null,
  state: null,
  queue: null,
  client: null,
  terminal: null,
  correlation: null,
  dueBy: null,
  committedBefore: null,
  committedSince: null,
};

type Select<Row> = Statement<[after: number, limit: number], Row>;
type SelectFiltered<Row> = Statement<[Readonly<Record<string, string | number | null>>], Row>;

/**
 * Reads transactions page by page, in the order of arrival. Filters other than `only` read past what they leave out: a rare one may read
 * the whole history, without its texts.
 */
export function createPages<Row extends { readonly id: Uuid }>(
  database: Database,
  columns: string,
): (query: ListQuery) => Page<Row> {
  const rowIdOf = database.prepare<[Uuid], number>("SELECT row_id FROM transactions WHERE id = ?").pluck();
  const page = (condition: string): { readonly select: Select<Row>; readonly selectFiltered: SelectFiltered<Row> } => ({
    select: database.prepare(
      `SELECT ${columns} FROM transactions WHERE row_id > ${BOUND} ${condition} ORDER BY row_id LIMIT ${BOUND}`,
    ),
    selectFiltered: database.prepare(
      `SELECT ${columns} FROM transactions WHERE row_id > (SELECT @after) ${condition} ${FILTERS}
       ORDER BY row_id LIMIT (SELECT @limit)`,
    ),
  });
  const all = page("");
  const some = {
    unfinished: page("AND finished_at IS NULL"),
    needsAttention: page("AND needs_attention = 1"),
    toHandOver: page("AND to_hand_over = 1"),
  };

  return ({ only, after, limit, ...filters }) => {
    // One more than the limit shows whether there is a next page. If the record `after` was deleted, the list begins anew.
    const rowId = after === undefined ? 0 : (rowIdOf.get(after) ?? 0);
    const { select, selectFiltered } = only === undefined ? all : some[only];
    const found =
      Object.keys(filters).length === 0
        ? select.all(rowId, limit + 1)
        : selectFiltered.all({ ...NO_FILTERS, ...filters, after: rowId, limit: limit + 1 });
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    return last !== undefined && found.length > limit ? { rows, next: last.id } : { rows };
  };
}
