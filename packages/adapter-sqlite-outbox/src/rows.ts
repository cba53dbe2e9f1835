import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { Due, StoredRecord, Work } from "@electrum-vouchers/core/ports";

/** What is due next: either all three are null, or none is. */
export interface DueRow {
  readonly due_at: Instant | null;
  readonly due_work: Work | null;
  readonly due_description: string | null;
}

/** A transaction as {@link STORED_COLUMNS} selects it. */
export interface StoredRow extends DueRow {
  readonly id: Uuid;
  readonly version: number;
  readonly commit_id: Uuid | null;
  readonly queue: string | null;
  readonly client: string | null;
  readonly record: string;
}

/** What the schedule knows of a transaction. */
export interface DueTransaction {
  readonly row_id: number;
  readonly version: number;
  readonly due_at: Instant | null;
  readonly due_work: Work | null;
  readonly queue: string | null;
  readonly client: string | null;
}

/** The columns of a stored record. */
export const STORED_COLUMNS = "id, version, commit_id, due_at, due_work, due_description, queue, client, record";

/**
 * A bound value in a condition. If SQLite sees the value, it may plan the statement anew for each one, which takes ten times as
 * long as running it. Behind a subquery it plans once.
 */
export const BOUND = "(SELECT ?)";

/** Many values, bound as one JSON array: one statement for many rows costs less than one for each. */
export const BOUND_LIST = "(SELECT value FROM json_each(?))";

export function storedOf(row: StoredRow): StoredRecord {
  const { id, version, commit_id: commitId, queue, client, record } = row;
  const due = dueOf(row);
  return {
    id,
    version,
    ...(commitId === null ? {} : { commitId }),
    record,
    ...(due === undefined ? {} : { due }),
    ...(queue === null ? {} : { queue }),
    ...(client === null ? {} : { client }),
  };
}

const dueOf = ({ due_at: at, due_work: work, due_description: description }: DueRow): Due | undefined =>
  at === null || work === null || description === null ? undefined : { at, work, description };
