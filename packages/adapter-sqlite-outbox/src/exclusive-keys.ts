import type { Change, KeyTaken } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { STORED_COLUMNS, type StoredRow, storedOf } from "./rows.ts";

/** At most one transaction holds an exclusive key: an index that is unique sees to it, in whatever process. */
export interface ExclusiveKeys {
  /** The refusal of a change whose key another transaction holds. */
  findOtherHolder(change: Change): KeyTaken | undefined;
  set(rowId: number, key: string | null): void;
}

export function createExclusiveKeys(database: Database): ExclusiveKeys {
  const holderOf = database.prepare<[key: string], StoredRow>(
    `SELECT ${STORED_COLUMNS} FROM transactions WHERE exclusive_key = ?`,
  );
  // Apart from the statements of a change, most of which leave the key as it is: this one alone writes its index.
  const set = database.prepare<[key: string | null, rowId: number, sameKey: string | null]>(
    "UPDATE transactions SET exclusive_key = ? WHERE row_id = ? AND exclusive_key IS NOT ?",
  );

  return {
    findOtherHolder: ({ id, exclusiveKey }) => {
      if (typeof exclusiveKey !== "string") return undefined;
      const holder = holderOf.get(exclusiveKey);
      return holder === undefined || holder.id === id ? undefined : { type: "taken", holder: storedOf(holder) };
    },
    set: (rowId, key) => void set.run(key, rowId, key),
  };
}
