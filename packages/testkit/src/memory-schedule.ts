import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { Advance, Claimed, ClaimRequest, Postponement, Release } from "@electrum-vouchers/core/ports";
import {
  clientLabelOf,
  type DueMemoryRow,
  type Hold,
  isDue,
  type MemoryRow,
  queueOf,
  toClaimedRecord,
} from "./memory-row.ts";

/** Who may claim what, and when. */
export interface MemorySchedule {
  claim(request: ClaimRequest): Claimed;
  postpone(postponement: Postponement): void;
  advance(request: Advance): number;
  release(release: Release): void;
}

export function createMemorySchedule(rows: Map<Uuid, MemoryRow>): MemorySchedule {
  const update = (row: MemoryRow, fields: Partial<MemoryRow>): void =>
    void rows.set(row.change.id, { ...row, ...fields });

  /** Replaces what keeps a row from being claimed; `undefined` lets it be claimed from when it is due. */
  function hold({ hold: _ended, ...row }: MemoryRow, next: Hold | undefined, fields: Partial<MemoryRow> = {}): void {
    update(row, { ...fields, ...(next === undefined ? {} : { hold: next }) });
  }

  const select = (isMeant: (row: DueMemoryRow) => boolean): readonly DueMemoryRow[] =>
    [...rows.values()].filter(isDue).filter(isMeant);

  /** Forgets the holds that have ended: from then on a record is due since it was, also if the clock is set back. */
  function endHolds(now: Instant, isMeant: (row: DueMemoryRow) => boolean): void {
    for (const row of select(isMeant)) if (row.hold !== undefined && row.hold.until <= now) hold(row, undefined);
  }

  return {
    claim: (request) => {
      const { worker, until, now, limit } = request;
      endHolds(now, matches(request));
      const waiting = select(matches(request)).filter(isOfDelivery(request));
      const claimed = takeTurns(waiting.filter((row) => claimableAt(row) <= now)).slice(0, limit);
      for (const row of claimed) hold(row, until > row.change.due.at ? { until, worker } : undefined);
      const next = select(matches(request)).filter(isOfDelivery(request)).map(claimableAt);
      const records = claimed.map(toClaimedRecord);
      return next.length === 0 ? { records } : { records, nextDueAt: Math.min(...next) };
    },
    postpone: ({ id, version, until, cause }) => {
      const row = rows.get(id);
      if (row?.version !== version || !isDue(row)) return;
      const { cause: _before, ...rest } = row;
      hold(rest, { until }, { postponed: row.postponed + 1, ...(cause === undefined ? {} : { cause }) });
    },
    advance: ({ queue, now, limit }) => {
      const isInQueue = (row: DueMemoryRow): boolean => queueOf(row) === queue;
      endHolds(now, isInQueue);
      const advanced = select(isInQueue).filter(isPostponedForSilence).toSorted(byAge).slice(0, limit);
      for (const row of advanced) hold(row, undefined);
      return advanced.length;
    },
    release: ({ worker, records }) => {
      const isReleased = ({ change, version }: MemoryRow): boolean =>
        records === undefined || records.some((each) => each.id === change.id && each.version === version);
      for (const row of rows.values())
        if (row.hold?.worker === worker && isReleased(row)) {
          const { cause: _ended, ...rest } = row;
          hold(rest, undefined);
        }
    },
  };
}

const matches =
  ({ work, clients, exceptClients, queues, exceptQueues }: ClaimRequest) =>
  (row: DueMemoryRow): boolean => {
    const client = clientLabelOf(row);
    return (
      work.includes(row.change.due.work) &&
      (clients === undefined || client === "" || clients.includes(client)) &&
      exceptClients?.includes(client) !== true &&
      (queues?.includes(queueOf(row)) ?? true) &&
      exceptQueues?.includes(queueOf(row)) !== true
    );
  };

const isOfDelivery =
  ({ deliveries }: ClaimRequest) =>
  ({ postponed }: DueMemoryRow): boolean =>
    deliveries === undefined || (deliveries === "repeat") === postponed > 0;

const isPostponedForSilence = (row: DueMemoryRow): boolean =>
  row.cause === "noResponse" && row.hold?.worker === undefined && claimableAt(row) > row.change.due.at;

/** Not before it is due, nor before what holds it ends. */
const claimableAt = ({ change, hold }: DueMemoryRow): Instant =>
  Math.max(change.due.at, hold?.until ?? Number.NEGATIVE_INFINITY);

/** Oldest due first; of the same age in the order of arrival, since sorting is stable. */
const byAge = (left: DueMemoryRow, right: DueMemoryRow): number => left.change.due.at - right.change.due.at;

/** The oldest of each queue, oldest first, then the second of each, and so on. */
function takeTurns(rows: readonly DueMemoryRow[]): readonly DueMemoryRow[] {
  const taken = new Map<string, number>();
  return rows
    .toSorted(byAge)
    .map((row) => {
      const turn = taken.get(queueOf(row)) ?? 0;
      taken.set(queueOf(row), turn + 1);
      return { row, turn };
    })
    .toSorted((left, right) => left.turn - right.turn)
    .map(({ row }) => row);
}
