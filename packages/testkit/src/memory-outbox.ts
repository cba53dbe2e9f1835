import type { Instant, Uuid } from "@electrum-vouchers/core";
import type {
  Change,
  ClaimedRecord,
  ClaimRequest,
  CommitConflict,
  Due,
  Outbox,
  OutboxInspection,
  OutboxUnavailable,
  StoredRecord,
} from "@electrum-vouchers/core/ports";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import { type Reservation, createMemoryInspection, type MemoryRow } from "./memory-inspection.ts";

/**
 * The outbox in memory: as simple as it can be, so that it shows what the port means. It forgets everything when the process
 * ends, and behaves the same in every run.
 */
export function createMemoryOutbox(): Outbox & OutboxInspection {
  /** In the order of arrival. */
  const rows = new Map<Uuid, MemoryRow>();
  let isClosed = false;

  const runIfOpen = <Value, Failure = never>(
    work: () => Result<Value, Failure>,
  ): ResultAsync<Value, Failure | OutboxUnavailable> =>
    new ResultAsync<Value, Failure | OutboxUnavailable>(Promise.resolve(isClosed ? err(closed) : work()));

  function reserve(row: MemoryRow, reservation: Reservation | undefined, postponed = row.postponed): MemoryRow {
    const { reservation: _before, ...rest } = row;
    const updated: MemoryRow = { ...rest, postponed, ...(reservation === undefined ? {} : { reservation }) };
    rows.set(row.change.id, updated);
    return updated;
  }

  return {
    commit: (change) =>
      runIfOpen(() => {
        const stored = rows.get(change.id);
        if ((stored?.version ?? 0) !== change.expectedVersion) return err(conflictWith(stored));
        rows.set(change.id, {
          change,
          version: change.expectedVersion + 1,
          journal: [...(stored?.journal ?? []), change.entry],
          isRedacted: false,
          postponed: 0,
        });
        return ok();
      }),
    load: (id) => runIfOpen(() => ok(toStoredRecordIfAny(rows.get(id)))),
    claim: (request) =>
      runIfOpen(() => {
        const { worker, until, limit } = request;
        const claimed = claimableRows(rows, request).slice(0, limit);
        for (const row of claimed) reserve(row, { until, worker });
        const waiting = dueRows(rows, request).map(claimableAt);
        const records = claimed.map(toClaimedRecord);
        return ok(waiting.length === 0 ? { records } : { records, nextDueAt: Math.min(...waiting) });
      }),
    postpone: ({ id, version, until }) =>
      runIfOpen(() => {
        const row = rows.get(id);
        if (row?.version === version && row.change.due !== undefined) reserve(row, { until }, row.postponed + 1);
        return ok();
      }),
    release: ({ worker, records }) =>
      runIfOpen(() => {
        const isReleased = ({ change, version }: MemoryRow): boolean =>
          records === undefined || records.some((each) => each.id === change.id && each.version === version);
        for (const row of rows.values())
          if (row.reservation?.worker === worker && isReleased(row)) reserve(row, undefined);
        return ok();
      }),
    close: () =>
      runIfOpen(() => {
        isClosed = true;
        return ok();
      }),
    ...createMemoryInspection(rows, runIfOpen),
  };
}

const closed: OutboxUnavailable = { type: "unavailable", reason: "closed", detail: "the outbox was closed" };

const conflictWith = (row: MemoryRow | undefined): CommitConflict =>
  row === undefined ? { type: "conflict" } : { type: "conflict", winner: toStoredRecord(row) };

type DueRow = MemoryRow & { readonly change: Change & { readonly due: Due } };

const isDue = (row: MemoryRow): row is DueRow => row.change.due !== undefined;

const dueRows = (rows: ReadonlyMap<Uuid, MemoryRow>, { work }: ClaimRequest): readonly DueRow[] =>
  [...rows.values()].filter(isDue).filter(({ change }) => work.includes(change.due.work));

/** What may be claimed now, oldest due first; of the same age in the order of arrival. */
const claimableRows = (rows: ReadonlyMap<Uuid, MemoryRow>, request: ClaimRequest): readonly DueRow[] =>
  dueRows(rows, request)
    .filter((row) => claimableAt(row) <= request.now)
    .toSorted((left, right) => left.change.due.at - right.change.due.at);

/** Not before it is due, nor before whatever holds it ends. */
const claimableAt = ({ change, reservation }: DueRow): Instant =>
  Math.max(change.due.at, reservation?.until ?? Number.NEGATIVE_INFINITY);

const toStoredRecordIfAny = (row: MemoryRow | undefined): StoredRecord | undefined =>
  row === undefined ? undefined : toStoredRecord(row);

const toStoredRecord = ({ change, version }: MemoryRow): StoredRecord => {
  const { id, commitId, record, due } = change;
  return {
    id,
    version,
    ...(commitId === undefined ? {} : { commitId }),
    record,
    ...(due === undefined ? {} : { due }),
  };
};

const toClaimedRecord = (row: DueRow): ClaimedRecord => ({
  ...toStoredRecord(row),
  due: row.change.due,
  postponed: row.postponed,
});
