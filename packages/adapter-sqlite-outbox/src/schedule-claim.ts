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
}

/** How many holds of a partition are ended at once. What is left over is due already: the next claim ends more. */
const MAX_ENDED = 5_000;

export function createScheduleClaim(database: Database): ScheduleClaim {
  const partitions = database.prepare<[], PartitionRow>("SELECT partition_id, work, queue, client FROM partitions");
  const heldUntil = database
    .prepare<[partitionId: number, isRepeat: 0 | 1], Instant>(
      `SELECT available_at FROM schedule
       WHERE partition_id = ${BOUND} AND is_repeat = ${BOUND} AND available_at > due_at ORDER BY available_at LIMIT 1`,
    )
    .pluck();
  // Each row is asked again whether it is what the index says: a bit of the index may have changed on the disk.
  const endHolds = database.prepare<[partitionId: number, isRepeat: 0 | 1, now: Instant, limit: number, now: Instant]>(
    `UPDATE schedule SET available_at = due_at, worker = NULL WHERE row_id IN (
       SELECT row_id FROM schedule
       WHERE partition_id = ${BOUND} AND is_repeat = ${BOUND} AND available_at <= ${BOUND} AND available_at > due_at
       ORDER BY available_at LIMIT ${BOUND}
     ) AND available_at > due_at AND available_at <= ${BOUND}`,
  );
  const freeSince = database
    .prepare<[partitionId: number, isRepeat: 0 | 1], Instant>(
      `SELECT due_at FROM schedule
       WHERE partition_id = ${BOUND} AND is_repeat = ${BOUND} AND available_at = due_at ORDER BY due_at LIMIT 1`,
    )
    .pluck();
  const free = database.prepare<
    [partitionId: number, isRepeat: 0 | 1, now: Instant, limit: number],
    Omit<Chosen, "queue">
  >(
    `SELECT row_id, version, due_at, postponed FROM schedule
     WHERE partition_id = ${BOUND} AND is_repeat = ${BOUND} AND due_at <= ${BOUND} AND available_at = due_at
       AND +available_at = +due_at
     ORDER BY due_at, row_id LIMIT ${BOUND}`,
  );
  // A lease never ends before the work is due, so that its end alone says from when the transaction may be claimed.
  const lease = database.prepare<[until: Instant, until: Instant, worker: string, rowIds: string]>(
    `UPDATE schedule SET available_at = max(due_at, ?), worker = CASE WHEN ? > due_at THEN ? END
     WHERE row_id IN ${BOUND_LIST}`,
  );

  /** The oldest of each partition, so many of each. */
  const oldestOf = (asked: readonly Partition[], now: Instant, limit: number): readonly Chosen[] =>
    asked.flatMap(({ partition_id: id, is_repeat: isRepeat, queue }) =>
      free.all(id, isRepeat, now, limit).map((row) => ({ ...row, queue })),
    );

  return {
    partitionsOf: (request) => {
      const { now } = request;
      const asked = partitions.all().filter(matches(request));
      // A hold has ended for first deliveries and repeats alike, whichever are asked for.
      for (const { partition_id: id } of asked)
        for (const isRepeat of BOTH)
          if ((heldUntil.get(id, isRepeat) ?? Number.POSITIVE_INFINITY) <= now)
            endHolds.run(id, isRepeat, now, MAX_ENDED, now);
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
      const instants = asked
        .flatMap(({ partition_id: id, is_repeat: isRepeat }) => [
          freeSince.get(id, isRepeat),
          heldUntil.get(id, isRepeat),
        ])
        .filter((instant) => instant !== undefined);
      return instants.length === 0 ? undefined : Math.min(...instants);
    },
  };
}

const BOTH = [0, 1] as const;

const matches =
  ({ work: works, clients, queues, exceptQueues }: ClaimRequest) =>
  ({ work, queue, client }: PartitionRow): boolean =>
    works.some((each) => each === work) &&
    (clients === undefined || client === "" || clients.includes(client)) &&
    (queues?.includes(queue) ?? true) &&
    exceptQueues?.includes(queue) !== true;

const deliveriesOf = ({ deliveries }: ClaimRequest): readonly (0 | 1)[] =>
  deliveries === undefined ? BOTH : deliveries === "repeat" ? [1] : [0];
