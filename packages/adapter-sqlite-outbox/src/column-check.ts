import type { CorrectedPage, CorrectedRecord, ListQuery, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { ok, type Result } from "neverthrow";
import type { CommitGuard } from "./commit-guard.ts";
import {
  COLUMNS_AND_RECORD,
  type ColumnsRow,
  type Correction,
  createCorrectColumns,
  createDamageCheck,
  findContradictions,
} from "./record-columns.ts";
import { createPages } from "./pages.ts";
import type { StateCounts } from "./state-counts.ts";

/** Has columns say what their records say. */
export interface ColumnCheck {
  correctPage(query: ListQuery): Result<CorrectedPage, OutboxUnavailable>;
  /** As {@link correctPage}, for rows that are damaged: they need attention from now on. */
  correctRows(rowIds: readonly number[]): Result<unknown, OutboxUnavailable>;
  /** What retention has corrected is reported with the next page. */
  note(corrected: readonly CorrectedRecord[]): void;
}

/** How many corrections of retention's wait to be reported. There is hardly ever one; a file with more has a fault that the first ones show. */
const MAX_NOTED = 100;

/** `onCorrected` hears of the rows that were corrected. */
export function createColumnCheck(
  database: Database,
  stateCounts: StateCounts,
  guard: Pick<CommitGuard, "run">,
  onCorrected: (rowIds: readonly number[]) => void,
): ColumnCheck {
  const pageOf = createPages<ColumnsRow>(database, COLUMNS_AND_RECORD);
  const correct = createCorrectColumns(database, stateCounts);
  const isDamaged = createDamageCheck(database);
  const correctAll = database.transaction((rowIds: readonly number[]) =>
    rowIds.flatMap((rowId) => correct(rowId) ?? []),
  ).immediate;
  const correctRows = (rowIds: readonly number[]): Result<readonly Correction[], OutboxUnavailable> =>
    rowIds.length === 0 ? ok([]) : guard.run(() => correctAll(rowIds));
  const isWrong = (row: ColumnsRow): boolean =>
    findContradictions(row).length > 0 || (row.needs_attention === 0 && isDamaged(row));
  let noted: readonly CorrectedRecord[] = [];

  return {
    correctPage: (query) => {
      const { rows, next } = pageOf(query);
      // Nearly always nothing is wrong, and nothing is written.
      const wrong = rows.filter(isWrong).map(({ row_id }) => row_id);
      return correctRows(wrong).map((page) => {
        if (page.length > 0) onCorrected(wrong);
        const corrected = page.filter((each) => !each.isDamaged).map(({ id, columns }) => ({ id, columns }));
        const all = [...noted, ...corrected];
        noted = [];
        const damaged = page.filter((each) => each.isDamaged).map(({ id }) => id);
        return { corrected: all, damaged, ...(next === undefined ? {} : { next }) };
      });
    },
    correctRows,
    note: (corrected) => {
      noted = [...noted, ...corrected].slice(0, MAX_NOTED);
    },
  };
}
