import type { Instant } from "@electrum-vouchers/core";
import type { Database } from "better-sqlite3";
import { BOUND, BOUND_LIST } from "../rows.ts";
import type { Chosen, Partition } from "./partition.ts";

/** What is not held, and since when it may be claimed. Work of another process that lives may be claimed a grace later. */
export interface Free {
  freeSince(partition: Partition): Instant | undefined;
  free(partition: Partition, now: Instant, limit: number): readonly Omit<Chosen, "queue">[];
}

type FreeKey = [partitionId: number, isRepeat: 0 | 1, since: Instant, before: Instant, except: string];

const FREE = `FROM schedule
  WHERE partition_id = ${BOUND} AND is_repeat = ${BOUND} AND available_at = due_at
    AND due_at >= ${BOUND} AND due_at < ${BOUND} AND row_id NOT IN ${BOUND_LIST}`;

const IS_OTHERS = `ifnull(owner, '') IN ${BOUND_LIST}`;

export function createFree(database: Database): Free {
  const first = database.prepare<[others: string, ...FreeKey], { due_at: Instant; is_others: 0 | 1 }>(
    `SELECT due_at, ${IS_OTHERS} AS is_others ${FREE} ORDER BY due_at LIMIT 1`,
  );
  const firstNotOthers = database
    .prepare<[...FreeKey, others: string], Instant>(
      `SELECT due_at ${FREE} AND NOT ${IS_OTHERS} ORDER BY due_at LIMIT 1`,
    )
    .pluck();
  const free = database.prepare<
    [...FreeKey, now: Instant, graceAgo: Instant, others: string, limit: number],
    Omit<Chosen, "queue">
  >(
    `SELECT row_id, version, due_at, postponed ${FREE}
       AND due_at <= ${BOUND} AND +available_at = +due_at AND (due_at <= ${BOUND} OR NOT ${IS_OTHERS})
     ORDER BY due_at, row_id LIMIT ${BOUND}`,
  );

  return {
    freeSince: (partition) => {
      const { others, ownerGraceMs, dueBefore } = partition;
      const oldest = first.get(others, ...keyOf(partition));
      if (oldest?.is_others !== 1) return oldest?.due_at;
      // Only what is due within the grace may come before it.
      const graceEndsAt = oldest.due_at + ownerGraceMs;
      const within = keyOf({ ...partition, dueBefore: Math.min(dueBefore, graceEndsAt) });
      return firstNotOthers.get(...within, others) ?? graceEndsAt;
    },
    free: (partition, now, limit) =>
      free.all(...keyOf(partition), now, now - partition.ownerGraceMs, partition.others, limit),
  };
}

const keyOf = ({ partition_id, is_repeat, dueSince, dueBefore, except }: Partition): FreeKey => [
  partition_id,
  is_repeat,
  dueSince,
  dueBefore,
  except,
];
