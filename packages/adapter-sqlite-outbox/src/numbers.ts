import type { Database } from "better-sqlite3";

/**
 * Numbers the rows of transactions and journal. No number is ever given twice, though retention has removed the last ones: the
 * schedule in the second file knows a commit by its number.
 */
export interface Numbers {
  /** Within the transaction that is open, before the first number. */
  begin(): void;
  nextRowId(): number;
  nextPosition(): number;
}

/** The last numbers given out. */
interface LastNumbers {
  readonly row_id: number;
  readonly position: number;
}

const LAST_ROW_ID = "SELECT max(last_row_id, ifnull((SELECT max(row_id) FROM transactions), 0)) FROM store";

export const LAST_POSITION = "SELECT max(last_position, ifnull((SELECT max(position) FROM journal), 0)) FROM store";

const LAST_NUMBERS = `SELECT (${LAST_ROW_ID}) AS row_id, (${LAST_POSITION}) AS position`;

export function createNumbers(database: Database): Numbers {
  const last = database.prepare<[], LastNumbers>(LAST_NUMBERS);
  let rowId = 0;
  let position = 0;

  return {
    begin: () => {
      ({ row_id: rowId, position } = last.get() ?? { row_id: 0, position: 0 });
    },
    nextRowId: () => (rowId += 1),
    nextPosition: () => (position += 1),
  };
}

/** Remembers the last numbers, within the transaction that then removes rows. */
export function createKeepNumbers(database: Database): () => void {
  const keep = database.prepare(`UPDATE store SET last_row_id = (${LAST_ROW_ID}), last_position = (${LAST_POSITION})`);
  return () => void keep.run();
}
