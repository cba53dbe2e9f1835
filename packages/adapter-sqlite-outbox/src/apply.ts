import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { Change, CommitConflict } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";
import { mustBeOne } from "./failure.ts";
import type { Numbers } from "./numbers.ts";
import { type DueRow, STORED, type StoredRow, storedOf } from "./rows.ts";

/** What a commit must know of the transaction that it changes. */
interface Before {
  readonly number: number;
  readonly version: number;
  readonly finished_at: Instant | null;
  readonly held: 0 | 1;
}

/** What every change writes into its transaction. Bound by place, which is quicker than by name. */
type Written = [
  commitId: Uuid | null,
  kind: Change["kind"],
  state: string,
  attention: 0 | 1,
  dueAt: Instant | null,
  dueWork: DueRow["due_work"],
  dueWhat: string | null,
  record: string,
];

/** Applies one change, within the transaction that is open; gives the number of the transaction whose hold it ends, if any. */
export type Apply = (change: Change) => Result<readonly number[], CommitConflict>;

export function createApply(database: Database, numbers: Numbers): Apply {
  const FIND = `SELECT number, version, finished_at,
      EXISTS (SELECT 1 FROM holds WHERE holds.number = transactions.number) AS held
    FROM transactions`;
  const findById = database.prepare<[Uuid], Before>(`${FIND} WHERE id = ?`);
  const findByNumber = database.prepare<[number: number, id: Uuid], Before>(`${FIND} WHERE number = ? AND +id = ?`);
  const load = database.prepare<[Uuid], StoredRow>(`SELECT ${STORED} FROM transactions WHERE id = ?`);
  const insert = database.prepare<[...Written, finishedAt: Instant | null, id: Uuid]>(
    `INSERT INTO transactions
       (commit_id, kind, state, attention, due_at, due_work, due_what, record, finished_at, id, version)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
  );
  const WRITTEN = `version = version + 1,
    commit_id = ?, kind = ?, state = ?, attention = ?, due_at = ?, due_work = ?, due_what = ?, record = ?`;
  // An index is written whenever a column of it is, be it with the same value. This one leaves those alone that tell the
  // finished from the others.
  const step = database.prepare<[...Written, number: number, id: Uuid]>(
    `UPDATE transactions SET ${WRITTEN} WHERE number = ? AND +id = ?`,
  );
  const finish = database.prepare<[...Written, finishedAt: Instant | null, number: number, id: Uuid]>(
    `UPDATE transactions SET ${WRITTEN}, scrubbed = 0, finished_at = ? WHERE number = ? AND +id = ?`,
  );
  const append = database.prepare<
    [number: number, version: number, state: string, attention: 0 | 1, dueWork: DueRow["due_work"], entry: string]
  >("INSERT INTO journal (number, version, state, attention, due_work, entry) VALUES (?, ?, ?, ?, ?, ?)");

  function find(id: Uuid): Before | undefined {
    const number = numbers.get(id);
    return (number === undefined ? undefined : findByNumber.get(number, id)) ?? findById.get(id);
  }

  function write(before: Before | undefined, written: Written, { id, final, at }: Change): number {
    const finishedAt = final ? at : null;
    if (before === undefined) return Number(insert.run(...written, finishedAt, id).lastInsertRowid);
    const { number } = before;
    const { changes } =
      final || before.finished_at !== null
        ? finish.run(...written, finishedAt, number, id)
        : step.run(...written, number, id);
    mustBeOne(changes);
    return number;
  }

  return (change) => {
    const before = find(change.id);
    if ((before?.version ?? 0) !== change.expectedVersion) {
      const winner = load.get(change.id);
      return err(winner === undefined ? { type: "conflict" } : { type: "conflict", winner: storedOf(winner) });
    }
    const { id, commitId, kind, state, due, record, entry, expectedVersion } = change;
    const attention = change.attention ? 1 : 0;
    const dueWork = due?.work ?? null;
    const { at: dueAt = null, what = null } = due ?? {};
    const written: Written = [commitId ?? null, kind, state, attention, dueAt, dueWork, what, record];
    const number = write(before, written, change);
    append.run(number, expectedVersion + 1, state, attention, dueWork, entry);
    numbers.remember(id, number);
    return ok(before?.held === 1 ? [before.number] : []);
  };
}
