import type { Instant } from "@electrum-vouchers/core";
import type { ClaimRequest } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { BOUND, BOUND_LIST } from "./rows.ts";
import { type Candidate, takeTurns } from "./take-turns.ts";

/** Chooses what a claim gives, within the transaction that is open. It reads what it gives, whatever else there is. */
export interface ScheduleClaim {
  /** The partitions that a request asks for, once the holds that have ended by now are forgotten. */
  partitionsOf(request: ClaimRequest): readonly Partition[];
  choose(partitions: readonly Partition[], request: ClaimRequest): readonly Chosen[];
  lease(chosen: readonly Chosen[], request: ClaimRequest): void;
  /** When the first of these partitions' records may be claimed. */
  nextDueAt(partitions: readonly Partition[]): Instant | undefined;
}

/** Those that were never postponed, or those that were, of one partition. */
export interface Partition {
  readonly partition_id: number;
  readonly is_repeat: 0 | 1;
  readonly queue: string;
}

export interface Chosen extends Candidate {
  readonly version: number;
  readonly postponed: number;
}

interface PartitionRow {
  readonly partition_id: number;
  readonly work: string;
  readonly queue: string;
  readonly client: string;
  /** When the first hold ends. */
  readonly held_until: Instant | null;
}

/** How many holds are ended at once. What is left over may be claimed all the same, though out of order. */
const MAX_ENDED = 5_000;

export function createScheduleClaim(database: Database): ScheduleClaim {
  const partitions = database.prepare<[], PartitionRow>(
    `SELECT partition_id, work, queue, client, (
       SELECT available_at FROM schedule
       WHERE schedule.partition_id = partitions.partition_id AND available_at > due_at
       ORDER BY available_at LIMIT 1
     ) AS held_until FROM partitions`,
  );
  const endHolds = database.prepare<[partitionId: number, now: Instant, limit: number]>(
    `UPDATE schedule SET available_at = due_at, worker = NULL WHERE row_id IN (
       SELECT row_id FROM schedule
       WHERE partition_id = ${BOUND} AND available_at <= ${BOUND} AND available_at > due_at
       ORDER BY available_at LIMIT ${BOUND})`,
  );
  const available = database.prepare<
    [partitionId: number, isRepeat: 0 | 1, now: Instant, limit: number],
    Omit<Chosen, "queue">
  >(
    `SELECT row_id, version, due_at, postponed FROM schedule
     WHERE partition_id = ${BOUND} AND is_repeat = ${BOUND} AND available_at <= ${BOUND}
     ORDER BY available_at, row_id LIMIT ${BOUND}`,
  );
  // A lease never ends before the work is due, so that its end alone says from when the transaction may be claimed.
  const lease = database.prepare<[until: Instant, until: Instant, worker: string, rowIds: string]>(
    `UPDATE schedule SET available_at = max(due_at, ?), worker = CASE WHEN ? > due_at THEN ? END
     WHERE row_id IN ${BOUND_LIST}`,
  );
  const next = database
    .prepare<[partitionId: number, isRepeat: 0 | 1], Instant>(
      `SELECT available_at FROM schedule WHERE partition_id = ${BOUND} AND is_repeat = ${BOUND}
       ORDER BY available_at LIMIT 1`,
    )
    .pluck();

  /** The oldest of each partition, so many of each. */
  const oldestOf = (asked: readonly Partition[], now: Instant, limit: number): readonly Chosen[] =>
    asked.flatMap(({ partition_id: id, is_repeat: isRepeat, queue }) =>
      available.all(id, isRepeat, now, limit).map((row) => ({ ...row, queue })),
    );

  return {
    partitionsOf: (request) => {
      const asked = partitions.all().filter(matches(request));
      for (const { partition_id: id, held_until: heldUntil } of asked)
        if (heldUntil !== null && heldUntil <= request.now) endHolds.run(id, request.now, MAX_ENDED);
      return asked.flatMap(({ partition_id, queue }) =>
        deliveriesOf(request).map((is_repeat) => ({ partition_id, is_repeat, queue })),
      );
    },
    choose: (asked, { now, limit }) => {
      // As many of each as would do if all had as many. If some have fewer, more of the others.
      const share = Math.ceil(limit / Math.max(new Set(asked.map(({ queue }) => queue)).size, 1));
      const chosen = takeTurns(oldestOf(asked, now, share), limit, share);
      return chosen.length < limit && share < limit ? takeTurns(oldestOf(asked, now, limit), limit, limit) : chosen;
    },
    lease: (chosen, { until, worker }) => {
      if (chosen.length > 0) lease.run(until, until, worker, JSON.stringify(chosen.map(({ row_id }) => row_id)));
    },
    nextDueAt: (asked) => {
      const instants = asked.flatMap(({ partition_id: id, is_repeat: isRepeat }) => next.get(id, isRepeat) ?? []);
      return instants.length === 0 ? undefined : Math.min(...instants);
    },
  };
}

const matches =
  ({ work: works, clients, queues, exceptQueues }: ClaimRequest) =>
  ({ work, queue, client }: PartitionRow): boolean =>
    works.some((each) => each === work) &&
    (clients === undefined || client === "" || clients.includes(client)) &&
    (queues?.includes(queue) ?? true) &&
    exceptQueues?.includes(queue) !== true;

const deliveriesOf = ({ deliveries }: ClaimRequest): readonly (0 | 1)[] =>
  deliveries === undefined ? [0, 1] : deliveries === "repeat" ? [1] : [0];
