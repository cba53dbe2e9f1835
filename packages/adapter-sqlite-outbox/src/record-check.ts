// The check of what is stored of each transaction: its columns against its record, and its record against its journal.
//
// Rules
// 1. Everything is read, page by page. A page is read at one moment, and other work may come between two pages.
// 2. What is damaged needs attention from then on, so that it is seen by who counts, too.
// 3. What a newer release wrote is left alone.

import { findDamage } from "@electrum-vouchers/core";
import type { Database } from "better-sqlite3";
import { COLUMNS_AND_RECORD, type ColumnsRow, createDamageCheck, findContradictions } from "./record-columns.ts";
import { BOUND } from "./rows.ts";

/** What is wrong with one page of transactions. */
export interface CheckedPage {
  readonly faults: readonly string[];
  /** The rows whose record cannot be read. */
  readonly damaged: readonly number[];
  /** The last row, if there may be more. */
  readonly next?: number;
}

/** To replay a journal takes about a tenth of a millisecond, so a page takes some ten. */
const RECORDS_A_PAGE = 100;

/** Begins to check page after page, each when it is asked for. */
export function createRecordCheck(database: Database): () => Generator<CheckedPage, void> {
  const checkPage = createPageCheck(database);
  return function* checkRecords() {
    let after: number | undefined = 0;
    while (after !== undefined) {
      const page: CheckedPage = checkPage(after);
      yield page;
      after = page.next;
    }
  };
}

function createPageCheck(database: Database): (after: number) => CheckedPage {
  const pageAfter = database.prepare<[after: number], ColumnsRow>(
    `SELECT ${COLUMNS_AND_RECORD} FROM transactions WHERE row_id > ${BOUND} ORDER BY row_id LIMIT ${RECORDS_A_PAGE}`,
  );
  // Without the deliveries: a replay passes over them.
  const entries = database
    .prepare<[rowId: number], string>("SELECT entry FROM journal WHERE row_id = ? ORDER BY version")
    .pluck();
  const isDamaged = createDamageCheck(database);

  function findFaults(row: ColumnsRow): readonly string[] {
    const columns = findContradictions(row);
    return [
      ...findDamage({ id: row.id, record: row.record, entries: entries.all(row.row_id) }).map(
        (fault) => `transaction ${row.id}: ${fault}`,
      ),
      ...(columns.length === 0 ? [] : [`the record of transaction ${row.id} contradicts its ${columns.join(", ")}`]),
    ];
  }

  return database.transaction((after: number): CheckedPage => {
    const rows = pageAfter.all(after);
    const last = rows.at(-1);
    return {
      faults: rows.flatMap(findFaults),
      damaged: rows.filter(isDamaged).map(({ row_id }) => row_id),
      ...(last === undefined || rows.length < RECORDS_A_PAGE ? {} : { next: last.row_id }),
    };
  });
}
