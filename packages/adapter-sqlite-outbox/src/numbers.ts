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

const LAST_ROW_ID = "SELECT max(last_row_id, ifnull((SELECT max(row_id) FROM transactions), 0)) FROM store";

export const LAST_POSITION = "SELECT max(last_position, ifnull((SELECT max(position) FROM journal), 0)) FROM store";

export function createNumbers(database: Database): Numbers {
  const lastRowId = database.prepare<[], number>(LAST_ROW_ID).pluck();
  const lastPosition = database.prepare<[], number>(LAST_POSITION).pluck();
  let rowId: number | undefined;
  let position: number | undefined;

  return {
    begin: () => {
      rowId = undefined;
      position = undefined;
    },
    // Read when it is needed: a damaged page of the one does not keep a commit from the other.
    nextRowId: () => (rowId = (rowId ?? lastRowId.get() ?? 0) + 1),
    nextPosition: () => (position = (position ?? lastPosition.get() ?? 0) + 1),
  };
}

/** Remembers the last numbers, within the transaction that then removes rows. */
export function createKeepNumbers(database: Database): () => void {
  const keep = database.prepare(`UPDATE store SET last_row_id = (${LAST_ROW_ID}), last_position = (${LAST_POSITION})`);
  return () => void keep.run();
}
