import type { Change, CommitError, CommitUncertain } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { err, type Result } from "neverthrow";
import { createApplyChange } from "./apply-change.ts";
import { isDiskFailure, toUnavailable } from "./errors.ts";
import type { RowIdCache } from "./rowid-cache.ts";
import { BOUND_LIST } from "./rows.ts";

export type CommitResult = Result<void, CommitError>;

/**
 * Commits changes in one SQLite transaction, so with one fsync, and returns the outcome of each. A conflict is an outcome like
 * any other. If the transaction fails, each change is tried in a transaction of its own, so that a bad one does not fail the
 * others.
 */
export function createGroupCommit(
  database: Database,
  rowIds: RowIdCache,
  onCommit: (changes: number) => void,
): (changes: readonly Change[]) => readonly CommitResult[] {
  const apply = createApplyChange(database, rowIds);
  const deleteLeases = database.prepare<[rowIds: string]>(`DELETE FROM leases WHERE row_id IN ${BOUND_LIST}`);

  const commitGroup = database.transaction((changes: readonly Change[], applied: () => void) => {
    const outcomes = changes.map(apply);
    const leased = outcomes.flatMap((outcome) => outcome.unwrapOr([]));
    if (leased.length > 0) deleteLeases.run(JSON.stringify(leased));
    applied();
    return outcomes.map((outcome) => outcome.map(() => undefined));
  }).immediate;

  function commitAll(changes: readonly Change[]): readonly CommitResult[] {
    let isApplied = false;
    try {
      const outcomes = commitGroup(changes, () => {
        isApplied = true;
      });
      // After the callers have got their outcomes.
      queueMicrotask(() => onCommit(changes.length));
      return outcomes;
    } catch (thrown) {
      const error = isApplied && isDiskFailure(thrown) ? toUncertain(thrown) : toUnavailable(thrown);
      return changes.length > 1 && mayBeOneChange(error)
        ? changes.flatMap((change) => commitAll([change]))
        : changes.map(() => err(error));
    }
  }

  return commitAll;
}

/** Whether one change may be the cause: SQLite does not accept it, or it does not fit on the disk. */
const mayBeOneChange = (error: CommitError): boolean =>
  error.type === "unavailable" && (error.reason === "failed" || error.reason === "full");

/** The disk failed during the commit: it may have been written in part, and may be found after a crash. */
const toUncertain = (error: unknown): CommitUncertain => ({ type: "uncertain", detail: toUnavailable(error).detail });
