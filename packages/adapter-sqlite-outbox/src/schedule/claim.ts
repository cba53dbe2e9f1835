import type { Instant } from "@electrum-vouchers/core";
import { type AheadRequest, CLOCK_TOLERANCE_MS, type ClaimRequest } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { BOUND, BOUND_LIST } from "../rows.ts";
import { createFree } from "./free.ts";
import { leaseName } from "./holds.ts";
import { createHolds } from "./held.ts";
import type { Asked, Chosen, Partition } from "./partition.ts";
import { takeTurns } from "./take-turns.ts";

/** Chooses what a claim gives, within the transaction that is open. It reads what it gives, whatever else there is. */
export interface ScheduleClaim {
  /** The partitions that a request asks for, once the holds that have ended by now are forgotten. */
  partitionsOf(request: ClaimRequest, seen: Seen): readonly Partition[];
  choose(partitions: readonly Partition[], request: ClaimRequest): readonly Chosen[];
  lease(chosen: readonly Chosen[], request: ClaimRequest): void;
  /** When the first of these partitions' records may be claimed. */
  nextDueAt(partitions: readonly Partition[]): Instant | undefined;
  /** Ends the leases of processes that are neither this one nor one of these. */
  endLeasesExcept(others: readonly string[]): void;
  /** What is due and was committed by a clock that was ahead, but by none of these processes. */
  ahead(request: AheadRequest, others: readonly string[]): readonly number[];
}

/** What a claim must know beside its request. */
export interface Seen {
  /** The other processes that live. */
  readonly others: readonly string[];
  /** The rows of the records that this process is at work on. */
  readonly except: readonly number[];
}

interface PartitionRow {
  readonly partition_id: number;
  readonly work: string;
  readonly queue: string;
  readonly client: string;
}

export function createScheduleClaim(database: Database, processId: string): ScheduleClaim {
  const partitions = database.prepare<[], PartitionRow>("SELECT partition_id, work, queue, client FROM partitions");
  const { heldUntil, endHolds, endFutureHolds, endLeasesExcept } = createHolds(database, processId);
  const { freeSince, free } = createFree(database);
  // A lease never ends before the work is due, so that its end alone says from when the transaction may be claimed.
  const lease = database.prepare<[until: Instant, now: Instant, until: Instant, worker: string, rowIds: string]>(
    `UPDATE schedule SET available_at = max(due_at, ?), held_at = ?, worker = CASE WHEN ? > due_at THEN ? END
     WHERE row_id IN ${BOUND_LIST}`,
  );

  /** The oldest of each partition, so many of each. */
  const oldestOf = (asked: readonly Partition[], now: Instant, limit: number): readonly Chosen[] =>
    asked.flatMap((partition) => free(partition, now, limit).map((row) => ({ ...row, queue: partition.queue })));

  return {
    partitionsOf: (request, seen) => {
      const asked = partitions.all().filter(matches(request));
      endFutureHolds(request.now + CLOCK_TOLERANCE_MS);
      // A hold has ended for first deliveries and repeats alike, whichever are asked for.
      for (const partition of asked.flatMap(partsOf(everything, [0, 1]))) endHolds(partition, request.now);
      return asked.flatMap(partsOf(askedBy(request, seen), deliveriesOf(request)));
    },
    choose: (asked, { now, limit }) => {
      // As many of each as would do if all had as many. If some have fewer, more of the others.
      const share = Math.ceil(limit / Math.max(new Set(asked.map(({ queue }) => queue)).size, 1));
      const chosen = takeTurns(oldestOf(asked, now, share), limit, share);
      return chosen.length < limit && share < limit ? takeTurns(oldestOf(asked, now, limit), limit, limit) : chosen;
    },
    lease: (chosen, { until, now, worker }) => {
      const rowIds = JSON.stringify(chosen.map(({ row_id }) => row_id));
      if (chosen.length > 0) lease.run(until, now, until, leaseName(processId, worker), rowIds);
    },
    nextDueAt: (asked) => {
      const instants = asked
        .flatMap((partition) => [freeSince(partition), heldUntil(partition)])
        .filter((instant) => instant !== undefined);
      return instants.length === 0 ? undefined : Math.min(...instants);
    },
    endLeasesExcept,
    ahead: createAhead(database, () => partitions.all()),
  };
}

function createAhead(database: Database, partitions: () => readonly PartitionRow[]): ScheduleClaim["ahead"] {
  const ahead = database
    .prepare<[after: Instant, others: string, partitionIds: string, limit: number], number>(
      `SELECT row_id FROM schedule
       WHERE committed_at > ${BOUND} AND ifnull(owner, '') NOT IN ${BOUND_LIST} AND +partition_id IN ${BOUND_LIST}
       ORDER BY committed_at, row_id LIMIT ${BOUND}`,
    )
    .pluck();
  return ({ clients, now, limit }, others) => {
    const asked = partitions().filter(({ client }) => isOfClients(client, clients));
    const partitionIds = JSON.stringify(asked.map(({ partition_id }) => partition_id));
    return ahead.all(now + CLOCK_TOLERANCE_MS, JSON.stringify(others), partitionIds, limit);
  };
}

/** Beyond every time that a clock can show. */
const FAR = Number.MAX_SAFE_INTEGER;

const everything: Asked = { dueSince: -FAR, dueBefore: FAR, except: "[]", others: "[]", ownerGraceMs: 0 };

const askedBy = (
  { dueSince = -FAR, dueBefore = FAR, ownerGraceMs = 0 }: ClaimRequest,
  { others, except }: Seen,
): Asked => ({
  dueSince,
  dueBefore,
  except: JSON.stringify(except),
  others: JSON.stringify(ownerGraceMs === 0 ? [] : others),
  ownerGraceMs,
});

const partsOf =
  (asked: Asked, deliveries: readonly (0 | 1)[]) =>
  ({ partition_id, queue }: PartitionRow): readonly Partition[] =>
    deliveries.map((is_repeat) => ({ ...asked, partition_id, is_repeat, queue }));

const matches =
  ({ work: works, clients, exceptClients, queues, exceptQueues }: ClaimRequest) =>
  ({ work, queue, client }: PartitionRow): boolean =>
    works.some((each) => each === work) &&
    isOfClients(client, clients) &&
    exceptClients?.includes(client) !== true &&
    (queues?.includes(queue) ?? true) &&
    exceptQueues?.includes(queue) !== true;

const isOfClients = (client: string, clients: readonly string[] | undefined): boolean =>
  clients === undefined || client === "" || clients.includes(client);

const deliveriesOf = ({ deliveries }: ClaimRequest): readonly (0 | 1)[] =>
  deliveries === undefined ? [0, 1] : deliveries === "repeat" ? [1] : [0];
