import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { Database } from "better-sqlite3";
import { LAST_POSITION } from "./numbers.ts";
import type { RecentCommits } from "./recent-commits.ts";
import { BOUND, BOUND_LIST, type DueTransaction, STORED_COLUMNS, type StoredRow } from "./rows.ts";

/** What the schedule reads of the first file. It writes nothing there. */
export interface StoredRows {
  storeId(): string;
  /** The position of the last commit. */
  lastPosition(): number;
  /** What the first commits after a position have made of their transactions. */
  committedAfter(position: number, limit: number): Committed;
  /** What is due of these, as far as they are there. */
  dueOf(rowIds: readonly number[]): readonly DueTransaction[];
  /** The due transactions that follow in the order of the index. */
  dueAfter(place: PlaceInDue, limit: number): readonly PlaceInDue[];
  /** The row id of a transaction; if a version is given, of one that is at it. */
  rowIdOf(id: Uuid, version?: number): number | undefined;
  records(rowIds: readonly number[]): readonly (StoredRow & { readonly row_id: number })[];
}

export interface Committed {
  /** Each transaction as the last of these commits made it, or one after that. */
  readonly rows: readonly DueTransaction[];
  /** The position of the last of these commits. */
  readonly position: number;
  /** There may be more than the limit. */
  readonly mayHaveMore: boolean;
}

export interface PlaceInDue {
  readonly due_work: string;
  readonly due_at: Instant;
  readonly row_id: number;
}

/** Before all that is due. */
export const FIRST_PLACE: PlaceInDue = { due_work: "", due_at: 0, row_id: 0 };

export function createStoredRows(durable: Database, recent: Pick<RecentCommits, "between">): StoredRows {
  const storeId = durable.prepare<[], string>("SELECT id FROM store").pluck();
  const last = durable.prepare<[], number>(LAST_POSITION).pluck();
  const committed = durable.prepare<
    [after: number, limit: number],
    { readonly position: number; readonly row_id: number }
  >(`SELECT position, row_id FROM journal WHERE position > ${BOUND} ORDER BY position LIMIT ${BOUND}`);
  // In the order of the row ids: a cross join is never turned round.
  const dueOf = durable.prepare<[rowIds: string], DueTransaction>(
    `SELECT row_id, version, due_at, due_work, queue, client, owner, committed_at
     FROM ${BOUND_LIST} CROSS JOIN transactions ON transactions.row_id = value`,
  );
  const dueAfter = durable.prepare<[work: string, at: Instant, rowId: number, limit: number], PlaceInDue>(
    `SELECT due_work, due_at, row_id FROM transactions
     WHERE due_work IS NOT NULL AND (due_work, due_at, row_id) > (${BOUND}, ${BOUND}, ${BOUND})
     ORDER BY due_work, due_at, row_id LIMIT ${BOUND}`,
  );
  const rowIdOf = durable
    .prepare<[Uuid, number | null], number>(
      "SELECT row_id FROM transactions WHERE id = ? AND version = ifnull(?, version)",
    )
    .pluck();
  const records = durable.prepare<[rowIds: string], StoredRow & { readonly row_id: number }>(
    `SELECT row_id, ${STORED_COLUMNS} FROM ${BOUND_LIST} CROSS JOIN transactions ON transactions.row_id = value`,
  );

  const readDueOf = (rowIds: readonly number[]): readonly DueTransaction[] =>
    rowIds.length === 0 ? [] : dueOf.all(JSON.stringify(rowIds));
  const lastPosition = (): number => last.get() ?? 0;

  return {
    storeId: () => storeId.get() ?? "",
    lastPosition,
    committedAfter: (after, limit) => {
      const known = recent.between(after, lastPosition());
      const commits = (known ?? committed.all(after, limit)).slice(0, limit);
      const rows = known === undefined ? readDueOf(rowIdsOf(commits)) : latestOf(known.slice(0, limit));
      return { rows, position: commits.at(-1)?.position ?? after, mayHaveMore: commits.length === limit };
    },
    dueOf: readDueOf,
    dueAfter: ({ due_work, due_at, row_id }, limit) => dueAfter.all(due_work, due_at, row_id, limit),
    rowIdOf: (id, version) => rowIdOf.get(id, version ?? null),
    records: (rowIds) => (rowIds.length === 0 ? [] : records.all(JSON.stringify(rowIds))),
  };
}

const rowIdsOf = (commits: readonly { readonly row_id: number }[]): readonly number[] => [
  ...new Set(commits.map(({ row_id }) => row_id)),
];

const latestOf = (commits: readonly DueTransaction[]): readonly DueTransaction[] => [
  ...new Map(commits.map((commit) => [commit.row_id, commit])).values(),
];
