import type { Change, CommitError, CommitUncertain } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { err, type Result } from "neverthrow";
import { createApply } from "./apply.ts";
import { isDiskFailure, unavailable } from "./failure.ts";
import type { Numbers } from "./numbers.ts";
import { VALUES } from "./rows.ts";

export type CommitOutcome = Result<void, CommitError>;

/**
 * Commits changes in one transaction, and so with one fsync; says what became of each. A conflict is an outcome like any
 * other. Where the transaction fails, each change gets one of its own, so that a bad one does not take its neighbours along.
 */
export function createCommitter(
  database: Database,
  numbers: Numbers,
  onCommit: (changes: number) => void,
): (changes: readonly Change[]) => readonly CommitOutcome[] {
  const apply = createApply(database, numbers);
  const unhold = database.prepare<[numbers: string]>(`DELETE FROM holds WHERE number IN ${VALUES}`);

  const together = database.transaction((changes: readonly Change[], applied: () => void) => {
    const outcomes = changes.map(apply);
    const held = outcomes.flatMap((outcome) => outcome.unwrapOr([]));
    if (held.length > 0) unhold.run(JSON.stringify(held));
    applied();
    return outcomes.map((outcome) => outcome.map(() => undefined));
  }).immediate;

  function outcomesOf(changes: readonly Change[]): readonly CommitOutcome[] {
    let isApplied = false;
    try {
      const outcomes = together(changes, () => {
        isApplied = true;
      });
      // Once those who committed have been told.
      queueMicrotask(() => onCommit(changes.length));
      return outcomes;
    } catch (thrown) {
      const error = isApplied && isDiskFailure(thrown) ? uncertain(thrown) : unavailable(thrown);
      return changes.length > 1 && mayBeOneChange(error)
        ? changes.flatMap((change) => outcomesOf([change]))
        : changes.map(() => err(error));
    }
  }

  return outcomesOf;
}

/** A change that SQLite does not take, or that no longer fits on the disk. Any other failure meets the next change too. */
const mayBeOneChange = (error: CommitError): boolean =>
  error.type === "unavailable" && (error.reason === "failed" || error.reason === "full");

/** The commit itself failed on the disk: part of it may be there, and be found after a crash. */
const uncertain = (error: unknown): CommitUncertain => ({ type: "uncertain", detail: unavailable(error).detail });
