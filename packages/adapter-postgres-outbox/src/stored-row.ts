import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { Due, StoredRecord, Work } from "@electrum-vouchers/core/ports";
import type { HostClock } from "./host-clock.ts";
import { fromColumnText } from "./texts.ts";

/** What is due next: either all three are null, or none is. */
export interface DueColumns {
  readonly due_at: Instant | null;
  readonly due_work: Work | null;
  readonly due_description: string | null;
}

/** A transaction as {@link RECORD_COLUMNS} selects it. */
export interface TransactionRow extends DueColumns {
  readonly row_id: number;
  readonly id: Uuid;
  readonly version: number;
  readonly commit_id: Uuid | null;
  readonly committed_at: Instant;
  readonly boot: string;
  readonly boot_ms: number;
  readonly queue: string;
  readonly client: string;
  readonly record: string;
}

const NAMES = [
  "row_id",
  "id",
  "version",
  "commit_id",
  "committed_at",
  "boot",
  "boot_ms",
  "due_at",
  "due_work",
  "due_description",
  "queue",
  "client",
  "record",
];

/** The columns of a stored record, of the table that is called `t`. */
export const RECORD_COLUMNS: string = NAMES.map((name) => `t.${name}`).join(", ");

export const RECORD_COLUMN_COUNT: number = NAMES.length;

/** `clock` tells how long ago it was committed, if that was by this host since it was started. */
export function toRecord(row: TransactionRow, clock?: HostClock): StoredRecord {
  const { id, version, commit_id: commitId, committed_at: committedAt, queue, client, record } = row;
  const due = toDue(row);
  return {
    id,
    version,
    ...(commitId === null ? {} : { commitId }),
    record: fromColumnText(record),
    ...(due === undefined ? {} : { due }),
    committedAt,
    ...(clock?.boot === row.boot ? { waitedMs: Math.max(clock.readMs() - row.boot_ms, 0) } : {}),
    ...(queue === "" ? {} : { queue: fromColumnText(queue) }),
    ...(client === "" ? {} : { client: fromColumnText(client) }),
  };
}

const toDue = ({ due_at: at, due_work: work, due_description: description }: DueColumns): Due | undefined =>
  at === null || work === null || description === null
    ? undefined
    : { at, work, description: fromColumnText(description) };
