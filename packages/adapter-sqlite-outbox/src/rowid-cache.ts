import type { Uuid } from "@electrum-vouchers/core";

/**
 * The row ids of the transactions that this process used recently. Ids are random, so they are scattered over their index: with
 * the row id known, a commit reads one page less. A row id that is not cached is looked up.
 */
export interface RowIdCache {
  get(id: Uuid): number | undefined;
  remember(id: Uuid, rowId: number): void;
}

/** More than the transactions under way at once, and still little memory. */
const MAX_ENTRIES = 10_000;

export function createRowIdCache(): RowIdCache {
  const rowIds = new Map<Uuid, number>();
  return {
    get: (id) => rowIds.get(id),
    remember: (id, rowId) => {
      if (rowIds.size === MAX_ENTRIES) rowIds.clear();
      rowIds.set(id, rowId);
    },
  };
}
