import type { Change, CommitError, CommitUncertain } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { err, type Result } from "neverthrow";
import type { ApplyChange } from "./apply-change.ts";
import type { Deliveries } from "./deliveries.ts";
import type { CommitGuard } from "./commit-guard.ts";
import { isDiskFailure, toUnavailable } from "./errors.ts";
import type { RecentCommits } from "./recent-commits.ts";
import type { StateCounts } from "./state-counts.ts";

export type CommitResult = Result<void, CommitError>;

/** After so many changes, the next transaction also folds the counts by state; see state-counts.ts. */
const CHANGES_PER_FOLD = 500;

/**
 * Commits changes in one SQLite transaction, so with one fsync, and returns the outcome of each. A conflict is an outcome like
 * any other. If the transaction fails, each change is tried in a transaction of its own, so that a bad one does not fail the
 * others. If the disk fails, nothing is tried again before the guard allows it.
 *
 * Deliveries that wait to be journalled are written along; see deliveries.ts.
 *
 * Every {@link CHANGES_PER_FOLD} changes, the transaction also folds the counts by state: it waits for the disk anyway.
 */
export function createGroupCommit(
  database: Database,
  { begin, apply }: ApplyChange,
  recent: Pick<RecentCommits, "add">,
  stateCounts: Pick<StateCounts, "fold">,
  deliveries: Pick<Deliveries, "write" | "forgetWritten" | "areWaiting" | "giveUp">,
  guard: CommitGuard,
  onCommit: (changes: number) => void,
): (changes: readonly Change[]) => readonly CommitResult[] {
  let unfolded = 0;

  const commitGroup = database.transaction((changes: readonly Change[], isFolding: boolean, applied: () => void) => {
    if (isFolding) stateCounts.fold();
    deliveries.write();
    begin();
    const outcomes = changes.map(apply);
    applied();
    return outcomes;
  }).immediate;

  function commitAll(changes: readonly Change[]): readonly CommitResult[] {
    return guard.ensure().match(
      () => commitGuarded(changes),
      (error) => changes.map(() => err(error)),
    );
  }

  function commitGuarded(changes: readonly Change[]): readonly CommitResult[] {
    const isFolding = unfolded >= CHANGES_PER_FOLD;
    let isApplied = false;
    const applied = (): void => {
      isApplied = true;
    };
    try {
      const outcomes = guard.watch(() => commitGroup(changes, isFolding, applied));
      deliveries.forgetWritten();
      recent.add(outcomes.flatMap((outcome) => outcome.unwrapOr(undefined) ?? []));
      unfolded = isFolding ? changes.length : unfolded + changes.length;
      // After the callers have got their outcomes.
      queueMicrotask(() => onCommit(changes.length));
      const confirmed = guard.confirm().mapErr(({ detail }): CommitUncertain => ({ type: "uncertain", detail }));
      return outcomes.map((outcome) => outcome.andThen(() => confirmed));
    } catch (thrown) {
      const error = isApplied && isDiskFailure(thrown) ? toUncertain(thrown) : toUnavailable(thrown);
      if (isDiskFailure(thrown)) return changes.map(() => err(error));
      if ((isFolding || deliveries.areWaiting()) && error.type === "unavailable" && error.reason !== "busy") {
        // A commit must not fail because of the counts, or of deliveries.
        if (isFolding) unfolded = 0;
        deliveries.giveUp();
        return commitAll(changes);
      }
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
