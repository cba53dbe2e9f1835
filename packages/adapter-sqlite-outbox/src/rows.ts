import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { BootClock } from "./boot-clock.ts";
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
  readonly committed_at: Instant;
  readonly boot: number | null;
  readonly boot_ms: number | null;
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
  readonly owner: string | null;
  readonly committed_at: Instant;
}

/** The columns of a stored record. */
export const STORED_COLUMNS =
  "id, version, commit_id, committed_at, boot, boot_ms, due_at, due_work, due_description, queue, client, record";

/**
 * A bound value in a condition. If SQLite sees the value, it may plan the statement anew for each one, which takes ten times as
 * long as running it. Behind a subquery it plans once.
 */
export const BOUND = "(SELECT ?)";

/** Many values, bound as one JSON array: one statement for many rows costs less than one for each. */
export const BOUND_LIST = "(SELECT value FROM json_each(?))";

/** `bootClock` tells how long ago it was committed, if that was since the machine was started. */
export function storedOf(row: StoredRow, bootClock?: BootClock): StoredRecord {
  const { id, version, commit_id: commitId, committed_at: committedAt, queue, client, record } = row;
  const due = dueOf(row);
  return {
    id,
    version,
    ...(commitId === null ? {} : { commitId }),
    record,
    ...(due === undefined ? {} : { due }),
    committedAt,
    ...waitedOf(row, bootClock),
    ...(queue === null ? {} : { queue }),
    ...(client === null ? {} : { client }),
  };
}

const waitedOf = (
  { boot, boot_ms: committedMs }: StoredRow,
  bootClock: BootClock | undefined,
): { readonly waitedMs?: number } =>
  bootClock !== undefined && boot === bootClock.boot && committedMs !== null
    ? { waitedMs: Math.max(bootClock.readMs() - committedMs, 0) }
    : {};

const dueOf = ({ due_at: at, due_work: work, due_description: description }: DueRow): Due | undefined =>
  at === null || work === null || description === null ? undefined : { at, work, description };
