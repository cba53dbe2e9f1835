import type { Uuid } from "@electrum-vouchers/core";

/**
 * Where the transactions are that this process has lately dealt with. Ids are random, and so scattered over their index: whoever
 * knows the row id reads one page less of a long backlog. What is forgotten is looked up.
 */
export interface RowIdCache {
  get(id: Uuid): number | undefined;
  remember(id: Uuid, rowId: number): void;
}

/** More than are under way at once, and yet little memory. */
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
