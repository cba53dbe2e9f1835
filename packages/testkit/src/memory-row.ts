import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { Change, ClaimedRecord, Due, Postponement, StoredRecord } from "@electrum-vouchers/core/ports";

/** A transaction as the outbox in memory keeps it. */
export interface MemoryRow {
  /** The last one. */
  readonly change: Change;
  /** Its number, in the order of arrival. */
  readonly row: number;
  readonly version: number;
  readonly journal: readonly MemoryEntry[];
  readonly deliveries: readonly MemoryDelivery[];
  readonly isRedacted: boolean;
  /** If its last change has finished it: when that was, but not before the last run of retention. */
  readonly finishedAt: Instant;
  readonly exclusiveKey?: string;
  /** How often it was postponed since the last change. */
  readonly postponed: number;
  /** Of its last postponement. */
  readonly cause?: Postponement["cause"];
  readonly hold?: Deferral;
  /** The process that committed it. */
  readonly owner: MemoryProcess;
  /** When it was committed, by a clock that cannot be set, if there is one. */
  readonly committedMs?: number;
}

/** One process that has the outbox open. */
export interface MemoryProcess {
  isAlive: boolean;
}

export interface MemoryEntry {
  readonly entry: string;
  readonly commitId?: Uuid;
}

/** A delivery, and the version that was delivered. */
export interface MemoryDelivery {
  readonly entry: string;
  readonly version: number;
}

/** Every entry, oldest first: a delivery comes after the entry of its version. */
export const journalOf = ({ journal, deliveries }: MemoryRow): readonly string[] =>
  journal.flatMap(({ entry }, index) => [
    entry,
    ...deliveries.filter(({ version }) => version === index + 1).map((delivery) => delivery.entry),
  ]);

/** What keeps a due record from being claimed: a lease of `worker`, or a postponement. */
export interface Deferral {
  readonly at: Instant;
  readonly until: Instant;
  readonly worker?: string;
  /** The process of the worker. */
  readonly process?: MemoryProcess;
}

/** A row with work that is, or will be, due. */
export type DueMemoryRow = MemoryRow & { readonly change: Change & { readonly due: Due } };

export const isDue = (row: MemoryRow): row is DueMemoryRow => row.change.due !== undefined;

/** The queue of a row; `""` for those without one. */
export const queueOf = ({ change }: MemoryRow): string => change.labels?.queue ?? "";

/** The client of a row; `""` for those without one. */
export const clientLabelOf = ({ change }: MemoryRow): string => change.labels?.client ?? "";

export const toStoredRecordIfAny = (row: MemoryRow | undefined, nowMs: number | undefined): StoredRecord | undefined =>
  row === undefined ? undefined : toStoredRecord(row, nowMs);

/** `nowMs` is the time by a clock that cannot be set, if there is one. */
export const toStoredRecord = (row: MemoryRow, nowMs?: number): StoredRecord => {
  const { id, commitId, record, due } = row.change;
  const queue = queueOf(row);
  const client = clientLabelOf(row);
  return {
    id,
    version: row.version,
    ...(commitId === undefined ? {} : { commitId }),
    record,
    ...(due === undefined ? {} : { due }),
    committedAt: row.change.at,
    ...(nowMs === undefined || row.committedMs === undefined ? {} : { waitedMs: nowMs - row.committedMs }),
    ...(queue === "" ? {} : { queue }),
    ...(client === "" ? {} : { client }),
  };
};

export const toClaimedRecord = (row: DueMemoryRow, nowMs: number | undefined): ClaimedRecord => ({
  ...toStoredRecord(row, nowMs),
  due: row.change.due,
  postponed: row.postponed,
});
