// Redacts and deletes what is finished.
//
// Rules
// 1. The columns find the candidates, and the record decides: the core reads it (`RetentionRules`). Columns that say otherwise are
//    corrected, and the transaction is left to the next run. A record that cannot be read is told as a failure.
// 2. Candidates come oldest first, in pages. A page is one SQLite transaction.
// 3. What a page has changed is in the WAL as well. The last page of a run empties it, and says whether that worked.

import type { Instant, Uuid } from "@electrum-vouchers/core";
import type {
  CorrectedRecord,
  RetentionCursor,
  RetentionRequest,
  RetentionResult,
} from "@electrum-vouchers/core/ports";
import type { Database, Statement } from "better-sqlite3";
import { assertOneRow } from "./errors.ts";
import { createKeepNumbers } from "./numbers.ts";
import { createCorrectColumns } from "./record-columns.ts";
import { BOUND } from "./rows.ts";
import type { StateKey, StateCounts } from "./state-counts.ts";

/** What one page has done. */
export interface RetentionPage extends Omit<RetentionResult, "deleted" | "isErased"> {
  /** The row ids of those that were deleted. */
  readonly deleted: readonly number[];
  /** Those whose columns contradicted their records. */
  readonly corrected: readonly CorrectedRow[];
}

export interface CorrectedRow extends CorrectedRecord {
  readonly row_id: number;
}

/** A finished transaction, as its columns say. */
interface FinishedRow extends StateKey {
  readonly row_id: number;
  readonly id: Uuid;
  readonly finished_at: Instant;
  readonly redacted: 0 | 1;
  readonly record: string;
}

interface JournalRow {
  readonly version: number;
  readonly entry: string;
}

type Outcome = "redacted" | "redactedUnsettled" | "deleted" | "left" | "failed" | "young";

type SelectFinished = Statement<
  [before: Instant, afterFinishedAt: Instant, afterFinishedAt: Instant, afterRow: number, limit: number],
  FinishedRow
>;

/** Goes through one page of finished transactions, in one SQLite transaction. */
export function createRetention(
  database: Database,
  stateCounts: StateCounts,
): (request: RetentionRequest) => RetentionPage {
  const select = createSelectPage(database);
  const remove = database.prepare<[number]>("DELETE FROM transactions WHERE row_id = ? AND +finished_at IS NOT NULL");
  const keepNumbers = createKeepNumbers(database);
  const correct = createCorrectColumns(database, stateCounts);
  const redactOne = createRedactOne(database);

  function apply(row: FinishedRow, request: RetentionRequest): Outcome {
    const { redactBefore, redactUnsettledBefore, deleteBefore, rules } = request;
    const standing = rules.standing(row.record).unwrapOr("open");
    if (standing === "open") return "failed";
    const isSettled = standing === "settled";
    if (isSettled && row.finished_at < deleteBefore) {
      keepNumbers();
      assertOneRow(remove.run(row.row_id).changes);
      return "deleted";
    }
    const isOld = row.finished_at < (isSettled ? redactBefore : redactUnsettledBefore);
    if (row.redacted === 1 || !isOld) return isSettled ? "young" : "left";
    if (!redactOne(row, rules)) return "failed";
    return isSettled ? "redacted" : "redactedUnsettled";
  }

  return database.transaction((request: RetentionRequest): RetentionPage => {
    stateCounts.fold();
    const rows = select(request);
    const corrected = rows.flatMap(({ row_id }) =>
      listOf(correct(row_id))
        .filter(({ isDamaged }) => !isDamaged)
        .map(({ id, columns }) => ({ row_id, id, columns })),
    );
    const isCorrected = new Set(corrected.map(({ row_id }) => row_id));
    const sound = rows.filter(({ row_id }) => !isCorrected.has(row_id));
    const outcomes = sound.map((row) => ({ row, outcome: apply(row, request) }));
    const rowsWith = (wanted: Outcome): readonly FinishedRow[] =>
      outcomes.flatMap(({ row, outcome }) => (outcome === wanted ? [row] : []));
    const deleted = rowsWith("deleted");
    stateCounts.subtract(deleted);
    const redactedUnsettled = rowsWith("redactedUnsettled").length;
    const last = rows.at(-1);
    return {
      redacted: rowsWith("redacted").length + redactedUnsettled,
      redactedUnsettled,
      deleted: deleted.map(({ row_id }) => row_id),
      left: rowsWith("left").length,
      failed: rowsWith("failed").map(({ id }) => id),
      corrected,
      ...(last === undefined || rows.length < request.limit
        ? {}
        : { next: { finishedAt: last.finished_at, row: last.row_id } }),
    };
  }).immediate;
}

/** Before the first: no transaction has such a number. */
const START: RetentionCursor = { finishedAt: Number.MIN_SAFE_INTEGER, row: 0 };

/** Selects what may be old enough for anything: to be deleted, or, if it still has its secrets, to be redacted. */
function createSelectPage(database: Database): (request: RetentionRequest) => readonly FinishedRow[] {
  const selectFinished = (redacted: 0 | 1): SelectFinished =>
    database.prepare(
      `SELECT row_id, id, state, needs_attention, finished_at, redacted, record FROM transactions
       WHERE finished_at IS NOT NULL AND redacted = ${redacted} AND finished_at < ${BOUND}
         AND finished_at >= ${BOUND} AND (finished_at > ${BOUND} OR row_id > ${BOUND})
       ORDER BY finished_at, row_id LIMIT ${BOUND}`,
    );
  const [withSecrets, withoutSecrets] = [selectFinished(0), selectFinished(1)];

  return ({ redactBefore, deleteBefore, after: { finishedAt, row } = START, limit }) => {
    const position = [finishedAt, finishedAt, row, limit] as const;
    return [
      ...withSecrets.all(Math.max(redactBefore, deleteBefore), ...position),
      ...withoutSecrets.all(deleteBefore, ...position),
    ]
      .toSorted(byAge)
      .slice(0, limit);
  };
}

/** Whether the record and its whole journal could be redacted. Otherwise nothing of them is changed. */
function createRedactOne(database: Database): (row: FinishedRow, rules: RetentionRequest["rules"]) => boolean {
  const entries = database.prepare<[number], JournalRow>(
    "SELECT version, entry FROM journal WHERE row_id = ? ORDER BY version",
  );
  const setRecord = database.prepare<[record: string, rowId: number]>(
    "UPDATE transactions SET redacted = 1, to_hand_over = 0, record = ? WHERE row_id = ? AND +finished_at IS NOT NULL",
  );
  const setEntry = database.prepare<[entry: string, rowId: number, version: number]>(
    "UPDATE journal SET entry = ? WHERE row_id = ? AND version = ?",
  );

  return ({ row_id: rowId, record }, rules) => {
    const journal = entries.all(rowId);
    const redacted = rules.redact({ record, entries: journal.map(({ entry }) => entry) });
    if (redacted.isErr() || redacted.value.entries.length !== journal.length) return false;
    assertOneRow(setRecord.run(redacted.value.record, rowId).changes);
    for (const [index, entry] of redacted.value.entries.entries()) {
      const version = journal[index]?.version ?? 0;
      assertOneRow(setEntry.run(entry, rowId, version).changes);
    }
    return true;
  };
}

const listOf = <Value>(value: Value | undefined): readonly Value[] => (value === undefined ? [] : [value]);

const byAge = (left: FinishedRow, right: FinishedRow): number =>
  left.finished_at === right.finished_at ? left.row_id - right.row_id : left.finished_at - right.finished_at;
