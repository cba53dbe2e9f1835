import type { Instant } from "@electrum-vouchers/core";
import type { RetentionRequest } from "@electrum-vouchers/core/ports";
import type { Database, Statement } from "better-sqlite3";
import { assertOneRow } from "./errors.ts";
import { createKeepNumbers } from "./numbers.ts";
import { BOUND } from "./rows.ts";
import type { StateKey, StateCounts } from "./state-counts.ts";

export interface RetentionResult {
  readonly redacted: number;
  /** The row ids of those that were removed. */
  readonly deleted: readonly number[];
}

/** A finished transaction. */
interface FinishedRow extends StateKey {
  readonly row_id: number;
  readonly finished_at: Instant;
}

interface JournalRow {
  readonly version: number;
  readonly entry: string;
}

/**
 * Deletes and redacts finished transactions, oldest first, in one SQLite transaction, at most as many as the request's limit.
 * Those that are old enough to be deleted are not redacted first.
 */
export function createRetention(
  database: Database,
  stateCounts: StateCounts,
): (request: RetentionRequest) => RetentionResult {
  const selectFinished = (redacted: 0 | 1): Statement<[before: Instant, limit: number], FinishedRow> =>
    database.prepare(
      `SELECT row_id, state, needs_attention, due_work, finished_at FROM transactions
       WHERE finished_at IS NOT NULL AND redacted = ${redacted} AND finished_at < ${BOUND}
       ORDER BY finished_at, row_id LIMIT ${BOUND}`,
    );
  const withSecrets = selectFinished(0);
  const withoutSecrets = selectFinished(1);
  const remove = database.prepare<[number]>("DELETE FROM transactions WHERE row_id = ? AND +finished_at IS NOT NULL");
  const keepNumbers = createKeepNumbers(database);
  const redactOne = createRedactOne(database);

  return database.transaction(({ redactBefore, deleteBefore, limit, redact }: RetentionRequest): RetentionResult => {
    stateCounts.fold();
    const deleted = [withSecrets, withoutSecrets]
      .flatMap((statement) => statement.all(deleteBefore, limit))
      .toSorted(byAge)
      .slice(0, limit);
    if (deleted.length > 0) keepNumbers();
    for (const { row_id } of deleted) assertOneRow(remove.run(row_id).changes);
    stateCounts.subtract(deleted);
    const redacted = withSecrets.all(redactBefore, limit - deleted.length);
    for (const { row_id } of redacted) redactOne(row_id, redact);
    return { redacted: redacted.length, deleted: deleted.map(({ row_id }) => row_id) };
  }).immediate;
}

function createRedactOne(database: Database): (rowId: number, redact: RetentionRequest["redact"]) => void {
  const record = database.prepare<[number], string>("SELECT record FROM transactions WHERE row_id = ?").pluck();
  const entries = database.prepare<[number], JournalRow>("SELECT version, entry FROM journal WHERE row_id = ?");
  const setRecord = database.prepare<[record: string, rowId: number]>(
    "UPDATE transactions SET redacted = 1, record = ? WHERE row_id = ? AND +finished_at IS NOT NULL",
  );
  const setEntry = database.prepare<[entry: string, rowId: number, version: number]>(
    "UPDATE journal SET entry = ? WHERE row_id = ? AND version = ?",
  );

  return (rowId, redact) => {
    for (const text of record.all(rowId)) {
      assertOneRow(setRecord.run(redact.record(text), rowId).changes);
      for (const { version, entry } of entries.all(rowId)) setEntry.run(redact.entry(entry, text), rowId, version);
    }
  };
}

const byAge = (left: FinishedRow, right: FinishedRow): number =>
  left.finished_at === right.finished_at ? left.row_id - right.row_id : left.finished_at - right.finished_at;
