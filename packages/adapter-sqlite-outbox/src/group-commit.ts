import type { Change, CommitError, CommitUncertain } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { err, type Result } from "neverthrow";
import { createApplyChange } from "./apply-change.ts";
import { isDiskFailure, toUnavailable } from "./errors.ts";
import type { RowIdCache } from "./rowid-cache.ts";
import { BOUND_LIST } from "./rows.ts";

export type CommitResult = Result<void, CommitError>;

/**
 * Commits changes in one transaction, and so with one fsync; says what became of each. A conflict is an outcome like any
 * other. Where the transaction fails, each change gets one of its own, so that a bad one does not take its neighbours along.
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
      // Once those who committed have been told.
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

/** A change that SQLite does not take, or that no longer fits on the disk. Any other failure meets the next change too. */
const mayBeOneChange = (error: CommitError): boolean =>
  error.type === "unavailable" && (error.reason === "failed" || error.reason === "full");

/** The commit itself failed on the disk: part of it may be there, and be found after a crash. */
const toUncertain = (error: unknown): CommitUncertain => ({ type: "uncertain", detail: toUnavailable(error).detail });
