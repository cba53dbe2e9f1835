// Redacts and deletes what is finished.
//
// Rules
// 1. The columns find the candidates, and the record decides: the core reads it (`RetentionRules`). Columns that say otherwise are
//    corrected, and the transaction is left to the next run. A record that cannot be read is told as a failure.
// 2. Candidates come oldest first, in pages. A page is one transaction, over rows that are locked, and read again under their locks.
// 3. After the last page of a run, what was there before is removed from the tables (`erase.ts`).

import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { RetentionCursor, RetentionRequest, RetentionResult } from "@electrum-vouchers/core/ports";
import { type CorrectedTransaction, correctRows } from "../inspection/record-columns.ts";
import type { Connection, ConnectionPool, Statement } from "../server-connections.ts";
import { fromColumnText, toColumnInstant } from "../texts.ts";
import { deleteTransactions, redactTransactions, type RedactableTransaction } from "./write-retention.ts";

/** What one page has done. */
export interface AppliedPage extends Omit<RetentionResult, "isErased"> {
  /** Those whose columns contradicted their records. */
  readonly corrected: readonly CorrectedTransaction[];
}

interface FinishedRow {
  readonly row_id: number;
  readonly id: Uuid;
  readonly finished_at: Instant;
  readonly redacted: boolean;
  readonly record: string;
}

type Fate = "redact" | "redactUnsettled" | "delete" | "left" | "failed" | "young";

const selectFinished = (redacted: boolean): Statement => ({
  name: `select-finished-${redacted}`,
  text: `SELECT t.row_id, t.finished_at FROM transactions t
    WHERE t.finished_at IS NOT NULL AND t.redacted = ${redacted} AND t.finished_at < $1::bigint
      AND (t.finished_at, t.row_id) > ($2::bigint, $3::bigint)
    ORDER BY t.finished_at, t.row_id LIMIT $4`,
});

const [WITH_SECRETS, WITHOUT_SECRETS] = [selectFinished(false), selectFinished(true)];

const READ_FINISHED: Statement = {
  name: "read-finished",
  text: `SELECT t.row_id, t.id, t.finished_at, t.redacted, t.record FROM transactions t
    WHERE t.row_id = ANY($1::bigint[]) AND t.finished_at IS NOT NULL ORDER BY t.finished_at, t.row_id`,
};

/** Before the first: no transaction has such a number. */
const START: RetentionCursor = { finishedAt: Number.MIN_SAFE_INTEGER, row: 0 };

/** Goes through one page of finished transactions. */
export const applyToPage = (pool: ConnectionPool, request: RetentionRequest): Promise<AppliedPage> =>
  pool.transact(async (connection) => {
    const page = await selectPage(connection, request);
    const rowIds = page.map(({ row_id }) => row_id);
    // Locks them all.
    const corrected = (await correctRows(connection, rowIds)).filter(({ isDamaged }) => !isDamaged);
    const sound = rowIds.filter((rowId) => corrected.every(({ row_id }) => row_id !== rowId));
    const rows = await connection.run<FinishedRow>(READ_FINISHED, [sound]);
    const fates = rows.map((row) => ({ row, fate: fateOf(row, request) }));
    const rowsTo = (...wanted: readonly Fate[]): readonly FinishedRow[] =>
      fates.flatMap(({ row, fate }) => (wanted.includes(fate) ? [row] : []));

    await deleteTransactions(
      connection,
      rowsTo("delete").map(({ row_id }) => row_id),
    );
    const isRedacted = await redactTransactions(
      connection,
      rowsTo("redact", "redactUnsettled").map(toStored),
      request.rules,
    );
    const redacted = (fate: Fate): number => rowsTo(fate).filter(({ row_id }) => isRedacted.has(row_id)).length;
    const refused = rowsTo("redact", "redactUnsettled", "failed").filter(({ row_id }) => !isRedacted.has(row_id));
    const last = page.at(-1);
    return {
      redacted: redacted("redact") + redacted("redactUnsettled"),
      redactedUnsettled: redacted("redactUnsettled"),
      deleted: rowsTo("delete").length,
      left: rowsTo("left").length,
      failed: refused.map(({ id }) => id),
      corrected,
      ...(last === undefined || page.length < request.limit
        ? {}
        : { next: { finishedAt: last.finished_at, row: last.row_id } }),
    };
  });

const toStored = ({ row_id, record }: FinishedRow): RedactableTransaction => ({
  rowId: row_id,
  record: fromColumnText(record),
});

/** Selects what may be old enough for anything: to be deleted, or, if it still has its secrets, to be redacted. */
async function selectPage(
  connection: Connection,
  { redactBefore, deleteBefore, after: { finishedAt, row } = START, limit }: RetentionRequest,
): Promise<readonly Pick<FinishedRow, "row_id" | "finished_at">[]> {
  const position = [finishedAt, row, limit];
  const select = (statement: Statement, before: Instant) =>
    connection.run<Pick<FinishedRow, "row_id" | "finished_at">>(statement, [toColumnInstant(before), ...position]);
  const rows = [
    ...(await select(WITH_SECRETS, Math.max(redactBefore, deleteBefore))),
    ...(await select(WITHOUT_SECRETS, deleteBefore)),
  ];
  return rows.toSorted(byAge).slice(0, limit);
}

const byAge = (left: Pick<FinishedRow, "row_id" | "finished_at">, right: typeof left): number =>
  left.finished_at === right.finished_at ? left.row_id - right.row_id : left.finished_at - right.finished_at;

function fateOf(
  row: FinishedRow,
  { redactBefore, redactUnsettledBefore, deleteBefore, rules }: RetentionRequest,
): Fate {
  const standing = rules.standing(fromColumnText(row.record)).unwrapOr("open");
  if (standing === "open") return "failed";
  const isSettled = standing === "settled";
  if (isSettled && row.finished_at < deleteBefore) return "delete";
  const isOld = row.finished_at < (isSettled ? redactBefore : redactUnsettledBefore);
  if (row.redacted || !isOld) return isSettled ? "young" : "left";
  return isSettled ? "redact" : "redactUnsettled";
}
