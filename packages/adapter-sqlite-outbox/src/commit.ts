import type { Change, CommitConflict, CommitError, CommitUncertain } from "@electrum-vouchers/core/ports";
import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { Database } from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";
import { isDiskFailure, mustBeOne, unavailable } from "./failure.ts";
import { type DueRow, STORED, type StoredRow, storedOf } from "./rows.ts";
import type { Counted, Tally } from "./tally.ts";

export type CommitOutcome = Result<void, CommitError>;

/** What a commit must know of the transaction that it changes. */
interface Before extends Counted {
  readonly number: number;
  readonly version: number;
}

/**
 * Commits changes in one transaction, and so with one fsync; says what became of each. A conflict is an outcome like any
 * other. Where the transaction fails, each change gets one of its own, so that a bad one does not take its neighbours along.
 */
export function createCommitter(
  database: Database,
  tally: Tally,
  onCommit: (changes: number) => void,
): (changes: readonly Change[]) => readonly CommitOutcome[] {
  const apply = createApply(database, tally);

  const together = database.transaction((changes: readonly Change[], applied: () => void) => {
    tally.clear();
    const outcomes = changes.map(apply);
    tally.write();
    applied();
    return outcomes;
  }).immediate;

  function write(changes: readonly Change[]): Result<readonly CommitOutcome[], CommitError> {
    let isApplied = false;
    try {
      return ok(
        together(changes, () => {
          isApplied = true;
        }),
      );
    } catch (error) {
      return err(isApplied && isDiskFailure(error) ? uncertain(error) : unavailable(error));
    }
  }

  // Whatever the observer does, it does not touch the commit.
  const commit = (changes: readonly Change[]): Result<readonly CommitOutcome[], CommitError> =>
    write(changes).andTee(() => queueMicrotask(() => onCommit(changes.length)));

  const outcomesOf = (changes: readonly Change[]): readonly CommitOutcome[] =>
    commit(changes).match(
      (outcomes) => outcomes,
      (error) =>
        changes.length > 1 && mayBeOneChange(error)
          ? changes.flatMap((change) => outcomesOf([change]))
          : changes.map(() => err(error)),
    );

  return outcomesOf;
}

/** A change that SQLite does not take, or that no longer fits on the disk. Any other failure meets the next change too. */
const mayBeOneChange = (error: CommitError): boolean =>
  error.type === "unavailable" && (error.reason === "failed" || error.reason === "full");

/** The commit itself failed on the disk: part of it may be there, and be found after a crash. */
const uncertain = (error: unknown): CommitUncertain => ({ type: "uncertain", detail: unavailable(error).detail });

function createApply(database: Database, tally: Tally): (change: Change) => Result<void, CommitConflict> {
  const find = database.prepare<[Uuid], Before>(
    "SELECT number, version, state, attention, due_work FROM transactions WHERE id = ?",
  );
  const load = database.prepare<[Uuid], StoredRow>(`SELECT ${STORED} FROM transactions WHERE id = ?`);
  const insert = database.prepare<ChangeRow>(
    `INSERT INTO transactions
       (id, version, kind, state, final, attention, changed_at, due_at, due_work, due_what, record)
     VALUES (@id, 1, @kind, @state, @final, @attention, @at, @due_at, @due_work, @due_what, @record)`,
  );
  const update = database.prepare<ChangeRow & Pick<Before, "number">>(
    `UPDATE transactions SET version = version + 1, kind = @kind, state = @state, final = @final,
       attention = @attention, changed_at = @at, scrubbed = 0, due_at = @due_at, due_work = @due_work,
       due_what = @due_what, record = @record
     WHERE number = @number AND +id = @id`,
  );
  const append = database.prepare<[number: number | bigint, version: number, entry: string]>(
    "INSERT INTO journal (number, version, entry) VALUES (?, ?, ?)",
  );
  const unhold = database.prepare<[number: number]>("DELETE FROM holds WHERE number = ?");

  function write(before: Before | undefined, row: ChangeRow): number | bigint {
    if (before === undefined) return insert.run(row).lastInsertRowid;
    mustBeOne(update.run({ ...row, number: before.number }).changes);
    unhold.run(before.number);
    return before.number;
  }

  return (change) => {
    const before = find.get(change.id);
    if ((before?.version ?? 0) !== change.expectedVersion) {
      const winner = load.get(change.id);
      return err(winner === undefined ? { type: "conflict" } : { type: "conflict", winner: storedOf(winner) });
    }
    const row = rowOf(change);
    append.run(write(before, row), change.expectedVersion + 1, change.entry);
    tally.change(before, row);
    return ok();
  };
}

/** What a change writes into `transactions`. */
interface ChangeRow extends Counted, DueRow {
  readonly id: Uuid;
  readonly kind: Change["kind"];
  readonly final: 0 | 1;
  readonly at: Instant;
  readonly record: string;
}

const rowOf = ({ id, kind, state, final, attention, at, due, record }: Change): ChangeRow => ({
  id,
  kind,
  state,
  final: final ? 1 : 0,
  attention: attention ? 1 : 0,
  at,
  due_at: due?.at ?? null,
  due_work: due?.work ?? null,
  due_what: due?.what ?? null,
  record,
});
