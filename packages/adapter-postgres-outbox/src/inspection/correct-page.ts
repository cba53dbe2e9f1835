import type { CorrectedPage, CorrectedRecord, ListQuery } from "@electrum-vouchers/core/ports";
import type { ConnectionPool } from "../server-connections.ts";
import { createTransactionPages } from "./pages.ts";
import {
  COMPARED_COLUMNS,
  type ComparedRow,
  correctRows,
  findDamagedRows,
  findWrongColumns,
} from "./record-columns.ts";

/** Has columns say what their records say. */
export interface ColumnCorrection {
  correctPage(query: ListQuery): Promise<CorrectedPage>;
  /** What retention has corrected is reported with the next page. */
  note(corrected: readonly CorrectedRecord[]): void;
}

/** How many corrections of retention's wait to be reported. There is hardly ever one. */
const MAX_NOTED = 100;

export function createColumnCorrection(pool: ConnectionPool): ColumnCorrection {
  const pageOf = createTransactionPages<ComparedRow>(pool, "compared-page", COMPARED_COLUMNS);
  let noted: readonly CorrectedRecord[] = [];

  return {
    correctPage: async (query) => {
      const { rows, next } = await pageOf(query);
      // Nearly always nothing is wrong, and nothing is written.
      const unattended = rows.filter(({ needs_attention }) => !needs_attention);
      const unreadable = await findDamagedRows(pool, unattended);
      const wrong = rows
        .filter((row) => unreadable.has(row.row_id) || findWrongColumns(row).length > 0)
        .map((row) => row.row_id);
      const page = wrong.length === 0 ? [] : await pool.transact((connection) => correctRows(connection, wrong));
      const sound = page.filter(({ isDamaged }) => !isDamaged);
      const corrected = [...noted, ...sound.map(({ id, columns }) => ({ id, columns }))];
      noted = [];
      const damaged = page.filter(({ isDamaged }) => isDamaged).map(({ id }) => id);
      return { corrected, damaged, ...(next === undefined ? {} : { next }) };
    },
    note: (corrected) => {
      noted = [...noted, ...corrected].slice(0, MAX_NOTED);
    },
  };
}
