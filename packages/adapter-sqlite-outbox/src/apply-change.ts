import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { Change, CommitConflict } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";
import { assertOneRow } from "./errors.ts";
import type { RowIdCache } from "./rowid-cache.ts";
import { type DueRow, STORED_COLUMNS, type StoredRow, storedOf } from "./rows.ts";

/** What a commit needs to know of the transaction that it changes. */
interface CurrentRow {
  readonly row_id: number;
  readonly version: number;
  readonly finished_at: Instant | null;
  readonly leased: 0 | 1;
}

/** The columns that every change writes. Bound by position, which is faster than by name. */
type ChangeColumns = [
  commitId: Uuid | null,
  kind: Change["kind"],
  state: string,
  needsAttention: 0 | 1,
  dueAt: Instant | null,
  dueWork: DueRow["due_work"],
  dueDescription: string | null,
  record: string,
];

/** Applies one change, within an open SQLite transaction. If that ends a lease, it returns the row id of the lease. */
export type ApplyChange = (change: Change) => Result<readonly number[], CommitConflict>;

export function createApplyChange(database: Database, rowIds: RowIdCache): ApplyChange {
  const FIND = `SELECT row_id, version, finished_at,
      EXISTS (SELECT 1 FROM leases WHERE leases.row_id = transactions.row_id) AS leased
    FROM transactions`;
  const findById = database.prepare<[Uuid], CurrentRow>(`${FIND} WHERE id = ?`);
  const findByRowId = database.prepare<[rowId: number, id: Uuid], CurrentRow>(`${FIND} WHERE row_id = ? AND +id = ?`);
  const load = database.prepare<[Uuid], StoredRow>(`SELECT ${STORED_COLUMNS} FROM transactions WHERE id = ?`);
  const insert = database.prepare<[...ChangeColumns, finishedAt: Instant | null, id: Uuid]>(
    `INSERT INTO transactions
       (commit_id, kind, state, needs_attention, due_at, due_work, due_description, record, finished_at, id, version)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
  );
  const SET_COLUMNS = `version = version + 1,
    commit_id = ?, kind = ?, state = ?, needs_attention = ?, due_at = ?, due_work = ?, due_description = ?, record = ?`;
  // SQLite rewrites an index whenever an UPDATE sets one of its columns, even to the same value. So a step that does not finish
  // a transaction does not set `finished_at` and `redacted`.
  const step = database.prepare<[...ChangeColumns, rowId: number, id: Uuid]>(
    `UPDATE transactions SET ${SET_COLUMNS} WHERE row_id = ? AND +id = ?`,
  );
  const finish = database.prepare<[...ChangeColumns, finishedAt: Instant | null, rowId: number, id: Uuid]>(
    `UPDATE transactions SET ${SET_COLUMNS}, redacted = 0, finished_at = ? WHERE row_id = ? AND +id = ?`,
  );
  const append = database.prepare<
    [rowId: number, version: number, state: string, needsAttention: 0 | 1, dueWork: DueRow["due_work"], entry: string]
  >("INSERT INTO journal (row_id, version, state, needs_attention, due_work, entry) VALUES (?, ?, ?, ?, ?, ?)");

  function find(id: Uuid): CurrentRow | undefined {
    const rowId = rowIds.get(id);
    return (rowId === undefined ? undefined : findByRowId.get(rowId, id)) ?? findById.get(id);
  }

  function write(before: CurrentRow | undefined, columns: ChangeColumns, { id, final, at }: Change): number {
    const finishedAt = final ? at : null;
    if (before === undefined) return Number(insert.run(...columns, finishedAt, id).lastInsertRowid);
    const { row_id } = before;
    const { changes } =
      final || before.finished_at !== null
        ? finish.run(...columns, finishedAt, row_id, id)
        : step.run(...columns, row_id, id);
    assertOneRow(changes);
    return row_id;
  }

  return (change) => {
    const before = find(change.id);
    if ((before?.version ?? 0) !== change.expectedVersion) {
      const winner = load.get(change.id);
      return err(winner === undefined ? { type: "conflict" } : { type: "conflict", winner: storedOf(winner) });
    }
    const { id, commitId, kind, state, due, record, entry, expectedVersion } = change;
    const needsAttention = change.needsAttention ? 1 : 0;
    const dueWork = due?.work ?? null;
    const { at: dueAt = null, description = null } = due ?? {};
    const written: ChangeColumns = [commitId ?? null, kind, state, needsAttention, dueAt, dueWork, description, record];
    const rowId = write(before, written, change);
    append.run(rowId, expectedVersion + 1, state, needsAttention, dueWork, entry);
    rowIds.remember(id, rowId);
    return ok(before?.leased === 1 ? [before.row_id] : []);
  };
}
