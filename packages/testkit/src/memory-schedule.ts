import type { Instant, Uuid } from "@electrum-vouchers/core";
import {
  type Advance,
  type AheadRequest,
  CLOCK_TOLERANCE_MS,
  FIRST_DELIVERIES_KEPT,
  LAST_DELIVERIES_KEPT,
  type Claimed,
  type ClaimRequest,
  type Postponement,
  type Release,
  type StoredRecord,
} from "@electrum-vouchers/core/ports";
import {
  clientLabelOf,
  type DueMemoryRow,
  type Deferral,
  isDue,
  type MemoryDelivery,
  type MemoryProcess,
  type MemoryRow,
  queueOf,
  toClaimedRecord,
  toStoredRecord,
} from "./memory-row.ts";

/** Who may claim what, and when. */
export interface MemorySchedule {
  claim(request: ClaimRequest): Claimed;
  findAhead(request: AheadRequest): readonly StoredRecord[];
  postpone(postponement: Postponement): void;
  advance(request: Advance): number;
  release(release: Release): void;
}

/** The schedule as one process sees it. `readMs` is a clock that cannot be set, if there is one. */
export function createMemorySchedule(
  rows: Map<Uuid, MemoryRow>,
  own: MemoryProcess,
  readMs: (() => number) | undefined,
): MemorySchedule {
  const update = (row: MemoryRow, fields: Partial<MemoryRow>): void =>
    void rows.set(row.change.id, { ...row, ...fields });

  /** Replaces what keeps a row from being claimed; `undefined` lets it be claimed from when it is due. */
  function hold({ hold: _ended, ...row }: MemoryRow, next?: Deferral, fields: Partial<MemoryRow> = {}): void {
    update(row, { ...fields, ...(next === undefined ? {} : { hold: next }) });
  }

  const select = (isMeant: (row: DueMemoryRow) => boolean): readonly DueMemoryRow[] =>
    [...rows.values()].filter(isDue).filter(isMeant);

  /** Forgets the holds that have ended: from then on a record is due since it was, also if the clock is set back. */
  function endHolds(now: Instant, isMeant: (row: DueMemoryRow) => boolean): void {
    for (const row of select(isMeant)) if (row.hold !== undefined && hasEnded(row.hold, now)) hold(row);
  }

  return {
    claim: (request) => {
      const { worker, until, now, limit } = request;
      endHolds(now, matches(request));
      const dueOf = claimableAt(own, request);
      const waiting = select(matches(request)).filter(isAsked(request));
      const claimed = takeTurns(waiting.filter((row) => dueOf(row) <= now)).slice(0, limit);
      for (const row of claimed)
        hold(row, until > row.change.due.at ? { at: now, until, worker, process: own } : undefined);
      const next = select(matches(request)).filter(isAsked(request)).map(dueOf);
      const records = claimed.map((row) => toClaimedRecord(row, readMs?.()));
      return next.length === 0 ? { records } : { records, nextDueAt: Math.min(...next) };
    },
    findAhead: ({ clients, now, limit }) =>
      select(isOfClients(clients))
        .filter(({ change, owner }) => change.at > now + CLOCK_TOLERANCE_MS && !isOthers(owner, own))
        .toSorted((left, right) => left.change.at - right.change.at)
        .slice(0, limit)
        .map((row) => toStoredRecord(row, readMs?.())),
    postpone: ({ id, version, at, until, cause, delivery }) => {
      if (delivery !== undefined) addDelivery(rows, id, { entry: delivery, version });
      const row = rows.get(id);
      if (row?.version !== version || !isDue(row)) return;
      const { cause: _before, ...rest } = row;
      hold(rest, { at, until }, { postponed: row.postponed + 1, ...(cause === undefined ? {} : { cause }) });
    },
    advance: ({ queue, now, limit }) => {
      const isInQueue = (row: DueMemoryRow): boolean => queueOf(row) === queue;
      endHolds(now, isInQueue);
      const advanced = select(isInQueue).filter(isPostponedForSilence).toSorted(byAge).slice(0, limit);
      for (const row of advanced) hold(row);
      return advanced.length;
    },
    release: ({ worker, records }) => {
      const isReleased = ({ change, version }: MemoryRow): boolean =>
        records === undefined || records.some((each) => each.id === change.id && each.version === version);
      for (const row of rows.values())
        if (row.hold?.worker === worker && row.hold.process === own && isReleased(row)) {
          const { cause: _ended, ...rest } = row;
          hold(rest);
        }
    },
  };
}

/** Journals a delivery. Of many, the first and the last are kept. */
function addDelivery(rows: Map<Uuid, MemoryRow>, id: Uuid, delivery: MemoryDelivery): void {
  const row = rows.get(id);
  if (row === undefined || row.version < delivery.version) return;
  const all = [...row.deliveries, delivery];
  const isFull = all.length > FIRST_DELIVERIES_KEPT + LAST_DELIVERIES_KEPT;
  rows.set(id, { ...row, deliveries: isFull ? all.toSpliced(FIRST_DELIVERIES_KEPT, 1) : all });
}

/** It is over, or was made by a clock that was ahead, or its worker's process has ended. */
const hasEnded = ({ at, until, process }: Deferral, now: Instant): boolean =>
  until <= now || at > now + CLOCK_TOLERANCE_MS || process?.isAlive === false;

/** Whether it is another process that lives. */
const isOthers = (owner: MemoryProcess, own: MemoryProcess): boolean => owner !== own && owner.isAlive;

const matches =
  ({ work, clients, exceptClients, queues, exceptQueues }: ClaimRequest) =>
  (row: DueMemoryRow): boolean =>
    work.includes(row.change.due.work) &&
    isOfClients(clients)(row) &&
    exceptClients?.includes(clientLabelOf(row)) !== true &&
    (queues?.includes(queueOf(row)) ?? true) &&
    exceptQueues?.includes(queueOf(row)) !== true;

const isOfClients =
  (clients: readonly string[] | undefined) =>
  (row: DueMemoryRow): boolean => {
    const client = clientLabelOf(row);
    return clients === undefined || client === "" || clients.includes(client);
  };

/** Whether it is of the deliveries, and of the time, that are asked for. */
const isAsked =
  ({ deliveries, dueSince = Number.NEGATIVE_INFINITY, dueBefore = Number.POSITIVE_INFINITY, except }: ClaimRequest) =>
  ({ postponed, change: { id, due } }: DueMemoryRow): boolean =>
    except?.includes(id) !== true &&
    (deliveries === undefined || (deliveries === "repeat") === postponed > 0) &&
    due.at >= dueSince &&
    due.at < dueBefore;

const isPostponedForSilence = ({ cause, hold, change }: DueMemoryRow): boolean =>
  cause === "noResponse" && hold !== undefined && hold.worker === undefined && hold.until > change.due.at;

/** Not before it is due, nor before what holds it ends; a grace later if its owner lives elsewhere. */
const claimableAt =
  (own: MemoryProcess, { ownerGraceMs = 0 }: ClaimRequest) =>
  ({ change, hold, owner }: DueMemoryRow): Instant =>
    Math.max(change.due.at + (isOthers(owner, own) ? ownerGraceMs : 0), hold?.until ?? Number.NEGATIVE_INFINITY);

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
