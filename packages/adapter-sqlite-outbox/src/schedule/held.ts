import type { Instant } from "@electrum-vouchers/core";
import type { Database } from "better-sqlite3";
import { BOUND, BOUND_LIST } from "../rows.ts";
import type { Partition } from "./partition.ts";

/** What is held, by a lease or a postponement, and until when. */
export interface Holds {
  heldUntil(partition: Partition): Instant | undefined;
  /** Forgets the holds of a partition that have ended. */
  endHolds(partition: Pick<Partition, "partition_id" | "is_repeat">, now: Instant): void;
  /** Forgets the holds that were made after this moment, by a clock that was ahead. */
  endFutureHolds(after: Instant): void;
  /** Forgets the leases of processes that are neither this one nor one of these. */
  endLeasesExcept(others: readonly string[]): void;
}

/** How many holds are ended at once. What is left over is due already: the next claim ends more. */
const MAX_ENDED = 5_000;

/** The length of a process's id, with which the name of a worker begins. */
const ID_LENGTH = 36;

export function createHolds(database: Database, processId: string): Holds {
  const first = database
    .prepare<[partitionId: number, isRepeat: 0 | 1, since: Instant, before: Instant, except: string], Instant>(
      `SELECT available_at FROM schedule
       WHERE partition_id = ${BOUND} AND is_repeat = ${BOUND} AND available_at > due_at
         AND due_at >= ${BOUND} AND due_at < ${BOUND} AND row_id NOT IN ${BOUND_LIST}
       ORDER BY available_at LIMIT 1`,
    )
    .pluck();
  const firstOfAll = database
    .prepare<[partitionId: number, isRepeat: 0 | 1], Instant>(
      `SELECT available_at FROM schedule
       WHERE partition_id = ${BOUND} AND is_repeat = ${BOUND} AND available_at > due_at ORDER BY available_at LIMIT 1`,
    )
    .pluck();
  // Each row is asked again whether it is what the index says: a bit of the index may have changed on the disk.
  const end = database.prepare<[partitionId: number, isRepeat: 0 | 1, now: Instant, limit: number, now: Instant]>(
    `UPDATE schedule SET available_at = due_at, held_at = NULL, worker = NULL WHERE row_id IN (
       SELECT row_id FROM schedule
       WHERE partition_id = ${BOUND} AND is_repeat = ${BOUND} AND available_at <= ${BOUND} AND available_at > due_at
       ORDER BY available_at LIMIT ${BOUND}
     ) AND available_at > due_at AND available_at <= ${BOUND}`,
  );
  const endFuture = database.prepare<[after: Instant, limit: number]>(
    `UPDATE schedule SET available_at = due_at, held_at = NULL, worker = NULL WHERE row_id IN (
       SELECT row_id FROM schedule WHERE held_at > ${BOUND} AND available_at > due_at LIMIT ${BOUND}
     )`,
  );
  const endLeases = database.prepare<[living: string]>(
    `UPDATE schedule SET available_at = due_at, held_at = NULL, worker = NULL, cause = NULL
     WHERE worker IS NOT NULL AND substr(worker, 1, ${ID_LENGTH}) NOT IN ${BOUND_LIST}`,
  );

  return {
    heldUntil: ({ partition_id, is_repeat, dueSince, dueBefore, except }) =>
      first.get(partition_id, is_repeat, dueSince, dueBefore, except),
    endHolds: ({ partition_id, is_repeat }, now) => {
      if ((firstOfAll.get(partition_id, is_repeat) ?? Number.POSITIVE_INFINITY) <= now)
        end.run(partition_id, is_repeat, now, MAX_ENDED, now);
    },
    endFutureHolds: (after) => void endFuture.run(after, MAX_ENDED),
    endLeasesExcept: (others) => void endLeases.run(JSON.stringify([processId, ...others])),
  };
}
