import type { Instant } from "@electrum-vouchers/core";
import type { Advance, Postponement, Release } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { BOUND, BOUND_LIST } from "../rows.ts";
import type { ScheduleCopy } from "./copy.ts";
import type { StoredRows } from "../stored-rows.ts";
import { byAge, type Candidate } from "./take-turns.ts";

/** A lease is a worker's of one process. Workers of other processes are others, whatever their name. */
export const leaseName = (processId: string, worker: string): string => `${processId} ${worker}`;

/** Postponements and the ends of leases, within the transaction that is open. */
export interface ScheduleHolds {
  postpone(postponements: readonly Postponement[]): void;
  advance(request: Advance): number;
  release(release: Release): void;
}

type PostponedRow = Omit<Candidate, "queue">;

export function createScheduleHolds(
  database: Database,
  stored: StoredRows,
  copy: Pick<ScheduleCopy, "catchUp" | "refresh">,
  processId: string,
): ScheduleHolds {
  const postpone = database.prepare<
    [
      ...[until: Instant, at: Instant, cause: Postponement["cause"] | null, reason: string],
      ...[rowId: number, version: number],
    ]
  >(
    `UPDATE schedule SET available_at = max(due_at, ?), held_at = ?, worker = NULL, postponed = postponed + 1, is_repeat = 1, cause = ?,
       reason = ?
     WHERE row_id = ? AND version = ?`,
  );
  return {
    postpone: (postponements) => {
      const found = postponements.flatMap((each) => {
        const rowId = stored.rowIdOf(each.id, each.version);
        return rowId === undefined ? [] : [[rowId, each] as const];
      });
      if (copy.catchUp()) copy.refresh([...new Set(found.map(([rowId]) => rowId))]);
      for (const [rowId, { version, at, until, cause, reason }] of found)
        postpone.run(until, at, cause ?? null, reason, rowId, version);
    },
    advance: createAdvance(database, copy.catchUp),
    release: createRelease(database, stored, processId),
  };
}

function createAdvance(database: Database, catchUp: () => boolean): ScheduleHolds["advance"] {
  const partitions = database
    .prepare<[queue: string], number>("SELECT partition_id FROM partitions WHERE queue = ?")
    .pluck();
  const silent = database.prepare<[partitionId: number, now: Instant, limit: number], PostponedRow>(
    `SELECT row_id, due_at FROM schedule
     WHERE partition_id = ${BOUND} AND cause = 'noResponse' AND available_at > due_at AND worker IS NULL
       AND available_at > ${BOUND}
     ORDER BY due_at, row_id LIMIT ${BOUND}`,
  );
  const end = database.prepare<[rowIds: string]>(
    `UPDATE schedule SET available_at = due_at WHERE row_id IN ${BOUND_LIST}`,
  );

  return ({ queue, now, limit }) => {
    catchUp();
    const advanced = partitions
      .all(queue)
      .flatMap((partitionId) => silent.all(partitionId, now, limit))
      .toSorted(byAge)
      .slice(0, limit);
    if (advanced.length > 0) end.run(JSON.stringify(advanced.map(({ row_id }) => row_id)));
    return advanced.length;
  };
}

function createRelease(database: Database, stored: StoredRows, processId: string): ScheduleHolds["release"] {
  const END_LEASE = `UPDATE schedule SET available_at = due_at, worker = NULL, cause = NULL
    WHERE available_at > due_at AND worker = ?`;
  const releaseAll = database.prepare<[worker: string]>(END_LEASE);
  const releaseOne = database.prepare<[worker: string, rowId: number, version: number]>(
    `${END_LEASE} AND row_id = ? AND version = ?`,
  );

  return ({ worker: name, records }) => {
    const worker = leaseName(processId, name);
    if (records === undefined) releaseAll.run(worker);
    for (const { id, version } of records ?? []) {
      const rowId = stored.rowIdOf(id, version);
      if (rowId !== undefined) releaseOne.run(worker, rowId, version);
    }
  };
}
