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
import { type Holding, inspect, type Row } from "./memory-inspection.ts";

/**
 * The outbox in memory: as simple as it can be, so that it shows what the port means. It forgets everything when the process
 * ends, and behaves the same in every run.
 */
export function createMemoryOutbox(): Outbox & OutboxInspection {
  /** In the order of arrival. */
  const rows = new Map<Uuid, Row>();
  let isClosed = false;

  const open = <Value, Failure = never>(
    work: () => Result<Value, Failure>,
  ): ResultAsync<Value, Failure | OutboxUnavailable> =>
    new ResultAsync<Value, Failure | OutboxUnavailable>(Promise.resolve(isClosed ? err(closed) : work()));

  function hold(row: Row, holding: Holding | undefined, postponed = row.postponed): Row {
    const { holding: _before, ...rest } = row;
    const held: Row = { ...rest, postponed, ...(holding === undefined ? {} : { holding }) };
    rows.set(row.change.id, held);
    return held;
  }

  return {
    commit: (change) =>
      open(() => {
        const stored = rows.get(change.id);
        if ((stored?.version ?? 0) !== change.expectedVersion) return err(conflict(stored));
        rows.set(change.id, {
          change,
          version: change.expectedVersion + 1,
          journal: [...(stored?.journal ?? []), change.entry],
          isScrubbed: false,
          postponed: 0,
        });
        return ok();
      }),
    load: (id) => open(() => ok(found(rows.get(id)))),
    claim: (request) =>
      open(() => {
        const { worker, until, limit } = request;
        const claimed = claimable(rows, request).slice(0, limit);
        for (const row of claimed) hold(row, { until, worker });
        const waiting = dueRows(rows, request).map(claimableAt);
        const records = claimed.map(claimedOf);
        return ok(waiting.length === 0 ? { records } : { records, nextDueAt: Math.min(...waiting) });
      }),
    postpone: ({ id, version, until }) =>
      open(() => {
        const row = rows.get(id);
        if (row?.version === version && row.change.due !== undefined) hold(row, { until }, row.postponed + 1);
        return ok();
      }),
    release: ({ worker, records }) =>
      open(() => {
        const isGivenBack = ({ change, version }: Row): boolean =>
          records === undefined || records.some((each) => each.id === change.id && each.version === version);
        for (const row of rows.values()) if (row.holding?.worker === worker && isGivenBack(row)) hold(row, undefined);
        return ok();
      }),
    close: () =>
      open(() => {
        isClosed = true;
        return ok();
      }),
    ...inspect(rows, open),
  };
}

const closed: OutboxUnavailable = { type: "unavailable", reason: "closed", detail: "the outbox was closed" };

const conflict = (row: Row | undefined): CommitConflict =>
  row === undefined ? { type: "conflict" } : { type: "conflict", winner: storedOf(row) };

type DueRow = Row & { readonly change: Change & { readonly due: Due } };

const isDue = (row: Row): row is DueRow => row.change.due !== undefined;

const dueRows = (rows: ReadonlyMap<Uuid, Row>, { work }: ClaimRequest): readonly DueRow[] =>
  [...rows.values()].filter(isDue).filter(({ change }) => work.includes(change.due.work));

/** What may be claimed now, oldest due first; of the same age in the order of arrival. */
const claimable = (rows: ReadonlyMap<Uuid, Row>, request: ClaimRequest): readonly DueRow[] =>
  dueRows(rows, request)
    .filter((row) => claimableAt(row) <= request.now)
    .toSorted((left, right) => left.change.due.at - right.change.due.at);

/** Not before it is due, nor before whatever holds it ends. */
const claimableAt = ({ change, holding }: DueRow): Instant =>
  Math.max(change.due.at, holding?.until ?? Number.NEGATIVE_INFINITY);

const found = (row: Row | undefined): StoredRecord | undefined => (row === undefined ? undefined : storedOf(row));

const storedOf = ({ change, version }: Row): StoredRecord => {
  const { id, commitId, record, due } = change;
  return {
    id,
    version,
    ...(commitId === undefined ? {} : { commitId }),
    record,
    ...(due === undefined ? {} : { due }),
  };
};

const claimedOf = (row: DueRow): ClaimedRecord => ({
  ...storedOf(row),
  due: row.change.due,
  postponed: row.postponed,
});
