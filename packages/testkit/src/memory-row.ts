import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { Change, ClaimedRecord, Due, Postponement, StoredRecord } from "@electrum-vouchers/core/ports";

/** A transaction as the outbox in memory keeps it. */
export interface MemoryRow {
  /** The last one. */
  readonly change: Change;
  readonly version: number;
  readonly journal: readonly MemoryEntry[];
  readonly isRedacted: boolean;
  readonly exclusiveKey?: string;
  /** How often it was postponed since the last change. */
  readonly postponed: number;
  /** Of its last postponement. */
  readonly cause?: Postponement["cause"];
  readonly hold?: Hold;
}

export interface MemoryEntry {
  readonly entry: string;
  readonly commitId?: Uuid;
}

/** What keeps a due record from being claimed: a lease of `worker`, or a postponement. */
export interface Hold {
  readonly until: Instant;
  readonly worker?: string;
}

/** A row with work that is, or will be, due. */
export type DueMemoryRow = MemoryRow & { readonly change: Change & { readonly due: Due } };

export const isDue = (row: MemoryRow): row is DueMemoryRow => row.change.due !== undefined;

/** The queue of a row; `""` for those without one. */
export const queueOf = ({ change }: MemoryRow): string => change.labels?.queue ?? "";

/** The client of a row; `""` for those without one. */
export const clientLabelOf = ({ change }: MemoryRow): string => change.labels?.client ?? "";

export const toStoredRecordIfAny = (row: MemoryRow | undefined): StoredRecord | undefined =>
  row === undefined ? undefined : toStoredRecord(row);

export const toStoredRecord = (row: MemoryRow): StoredRecord => {
  const { id, commitId, record, due } = row.change;
  const queue = queueOf(row);
  const client = clientLabelOf(row);
  return {
    id,
    version: row.version,
    ...(commitId === undefined ? {} : { commitId }),
    record,
    ...(due === undefined ? {} : { due }),
    ...(queue === "" ? {} : { queue }),
    ...(client === "" ? {} : { client }),
  };
};

export const toClaimedRecord = (row: DueMemoryRow): ClaimedRecord => ({
  ...toStoredRecord(row),
  due: row.change.due,
  postponed: row.postponed,
});
