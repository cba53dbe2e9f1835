import type { Work } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";

/** Above this many, the empty ones are removed: a claim reads them all. */
const MAX_PARTITIONS = 500;

/** What a partition is chosen by. */
export interface Partitioned {
  readonly due_work: Work;
  readonly queue: string | null;
  readonly client: string | null;
}

interface PartitionRow {
  readonly partition_id: number;
  readonly work: string;
  readonly queue: string;
  readonly client: string;
}

/** Finds partitions, or makes them; each call begins with those that there are now, in whatever process they were made. */
export function createPartitionIds(database: Database): () => (row: Partitioned) => number {
  const all = database.prepare<[], PartitionRow>("SELECT partition_id, work, queue, client FROM partitions");
  const insert = database.prepare<[work: string, queue: string, client: string]>(
    "INSERT INTO partitions (work, queue, client) VALUES (?, ?, ?)",
  );
  const keyOf = (work: string, queue: string, client: string): string => `${work} ${queue.length} ${queue}${client}`;

  const countOf = database.prepare<[], number>("SELECT count(*) FROM partitions").pluck();
  const removeEmpty = database.prepare(
    `DELETE FROM partitions WHERE
       NOT EXISTS (SELECT 1 FROM schedule WHERE schedule.partition_id = partitions.partition_id AND available_at = due_at) AND
       NOT EXISTS (SELECT 1 FROM schedule WHERE schedule.partition_id = partitions.partition_id AND available_at > due_at)`,
  );

  return () => {
    if ((countOf.get() ?? 0) > MAX_PARTITIONS) removeEmpty.run();
    const ids = new Map(
      all.all().map(({ partition_id, work, queue, client }) => [keyOf(work, queue, client), partition_id]),
    );
    return ({ due_work, queue, client }) => {
      const key = keyOf(due_work, queue ?? "", client ?? "");
      const id = ids.get(key) ?? Number(insert.run(due_work, queue ?? "", client ?? "").lastInsertRowid);
      ids.set(key, id);
      return id;
    };
  };
}
