import type { Instant } from "@electrum-vouchers/core";
import type { ClaimRequest } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { BOUND, BOUND_LIST } from "../rows.ts";
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
  const { heldUntil, endHolds } = createHolds(database);
  const { freeSince, free } = createFree(database);
  // A lease never ends before the work is due, so that its end alone says from when the transaction may be claimed.
  const lease = database.prepare<[until: Instant, until: Instant, worker: string, rowIds: string]>(
    `UPDATE schedule SET available_at = max(due_at, ?), worker = CASE WHEN ? > due_at THEN ? END
     WHERE row_id IN ${BOUND_LIST}`,
  );

  /** The oldest of each partition, so many of each. */
  const oldestOf = (asked: readonly Partition[], now: Instant, limit: number): readonly Chosen[] =>
    asked.flatMap((partition) => free(partition, now, limit).map((row) => ({ ...row, queue: partition.queue })));

  return {
    partitionsOf: (request) => {
      const asked = partitions.all().filter(matches(request));
      // A hold has ended for first deliveries and repeats alike, whichever are asked for.
      for (const partition of asked.flatMap(partsOf([0, 1]))) endHolds(partition, request.now);
      return asked.flatMap(partsOf(deliveriesOf(request)));
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
        .flatMap((partition) => [freeSince(partition), heldUntil(partition)])
        .filter((instant) => instant !== undefined);
      return instants.length === 0 ? undefined : Math.min(...instants);
    },
  };
}

type PartitionKey = [partitionId: number, isRepeat: 0 | 1];

/** What is held, and until when. */
function createHolds(database: Database): {
  heldUntil(partition: Partition): Instant | undefined;
  endHolds(partition: Partition, now: Instant): void;
} {
  const first = database
    .prepare<PartitionKey, Instant>(
      `SELECT available_at FROM schedule
       WHERE partition_id = ${BOUND} AND is_repeat = ${BOUND} AND available_at > due_at ORDER BY available_at LIMIT 1`,
    )
    .pluck();
  // Each row is asked again whether it is what the index says: a bit of the index may have changed on the disk.
  const end = database.prepare<[...PartitionKey, now: Instant, limit: number, now: Instant]>(
    `UPDATE schedule SET available_at = due_at, worker = NULL WHERE row_id IN (
       SELECT row_id FROM schedule
       WHERE partition_id = ${BOUND} AND is_repeat = ${BOUND} AND available_at <= ${BOUND} AND available_at > due_at
       ORDER BY available_at LIMIT ${BOUND}
     ) AND available_at > due_at AND available_at <= ${BOUND}`,
  );
  const heldUntil = ({ partition_id, is_repeat }: Partition): Instant | undefined => first.get(partition_id, is_repeat);

  return {
    heldUntil,
    endHolds: (partition, now) => {
      const { partition_id, is_repeat } = partition;
      if ((heldUntil(partition) ?? Number.POSITIVE_INFINITY) <= now)
        end.run(partition_id, is_repeat, now, MAX_ENDED, now);
    },
  };
}

/** What is not held, and since when it is due. */
function createFree(database: Database): {
  freeSince(partition: Partition): Instant | undefined;
  free(partition: Partition, now: Instant, limit: number): readonly Omit<Chosen, "queue">[];
} {
  const first = database
    .prepare<PartitionKey, Instant>(
      `SELECT due_at FROM schedule
       WHERE partition_id = ${BOUND} AND is_repeat = ${BOUND} AND available_at = due_at ORDER BY due_at LIMIT 1`,
    )
    .pluck();
  const free = database.prepare<[...PartitionKey, now: Instant, limit: number], Omit<Chosen, "queue">>(
    `SELECT row_id, version, due_at, postponed FROM schedule
     WHERE partition_id = ${BOUND} AND is_repeat = ${BOUND} AND due_at <= ${BOUND} AND available_at = due_at
       AND +available_at = +due_at
     ORDER BY due_at, row_id LIMIT ${BOUND}`,
  );

  return {
    freeSince: ({ partition_id, is_repeat }) => first.get(partition_id, is_repeat),
    free: ({ partition_id, is_repeat }, now, limit) => free.all(partition_id, is_repeat, now, limit),
  };
}

const partsOf =
  (deliveries: readonly (0 | 1)[]) =>
  ({ partition_id, queue }: PartitionRow): readonly Partition[] =>
    deliveries.map((is_repeat) => ({ partition_id, is_repeat, queue }));

const matches =
  ({ work: works, clients, exceptClients, queues, exceptQueues }: ClaimRequest) =>
  ({ work, queue, client }: PartitionRow): boolean =>
    works.some((each) => each === work) &&
    (clients === undefined || client === "" || clients.includes(client)) &&
    exceptClients?.includes(client) !== true &&
    (queues?.includes(queue) ?? true) &&
    exceptQueues?.includes(queue) !== true;

const deliveriesOf = ({ deliveries }: ClaimRequest): readonly (0 | 1)[] =>
  deliveries === undefined ? [0, 1] : deliveries === "repeat" ? [1] : [0];
