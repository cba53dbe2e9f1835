import type { Instant } from "@electrum-vouchers/core";
import type { Work } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { BOUND_LIST, type DueTransaction } from "../rows.ts";
import { createPartitionIds } from "./partitions.ts";
import { createScheduleProgress } from "./progress.ts";
import { FIRST_PLACE, type PlaceInDue, type StoredRows } from "../stored-rows.ts";

/** Has the schedule follow the first file, within the transaction that is open. */
export interface ScheduleCopy {
  /** Copies what was committed since last time, a bounded number of commits. Gives whether anything due may be missing. */
  catchUp(): boolean;
  /** Copies these transactions as they are now. */
  refresh(rowIds: readonly number[]): void;
  /** Compares the next of all due transactions with the schedule, which should have them already. */
  compareSome(): void;
}

/** How many commits, or due transactions, are copied at once: it takes some ten milliseconds. */
const MAX_COPIED = 5_000;

/** How many are compared at once, when they should be there already: it takes a millisecond. */
const MAX_COMPARED = 1_000;

export function createScheduleCopy(database: Database, stored: StoredRows): ScheduleCopy {
  const progress = createScheduleProgress(database);
  const scheduled = database.prepare<[rowIds: string], { readonly row_id: number; readonly due_at: Instant }>(
    `SELECT row_id, schedule.due_at FROM ${BOUND_LIST} CROSS JOIN schedule ON schedule.row_id = value`,
  );
  const { put, remove } = createPut(database);

  function refresh(rowIds: readonly number[]): void {
    if (rowIds.length === 0) return;
    const rows = stored.dueOf(rowIds);
    put(rows);
    const there = new Set(rows.map(({ row_id }) => row_id));
    remove(rowIds.filter((rowId) => !there.has(rowId)));
  }

  /** Copies what is missing of the next due transactions; gives whether there are more. */
  function compare(from: PlaceInDue, limit: number): boolean {
    const page = stored.dueAfter(from, limit);
    const there = new Map(
      scheduled.all(JSON.stringify(page.map(({ row_id }) => row_id))).map(({ row_id, due_at }) => [row_id, due_at]),
    );
    const missing = page.filter(({ row_id, due_at }) => there.get(row_id) !== due_at);
    refresh(missing.map(({ row_id }) => row_id));
    const last = page.length < limit ? undefined : page.at(-1);
    progress.setCompared(last);
    return last !== undefined;
  }

  return {
    catchUp: () => {
      // The file is new, or the first was replaced by an older copy of itself.
      if ((progress.read().position ?? Number.POSITIVE_INFINITY) > stored.lastPosition())
        progress.startAnew(stored.lastPosition());
      const { position: seen, isComplete, compared } = progress.read();
      const { rows, position, mayHaveMore } = stored.committedAfter(seen ?? 0, MAX_COPIED);
      put(rows);
      if (position !== seen) progress.setPosition(position);
      if (isComplete) return mayHaveMore;
      const hasMore = compare(compared ?? FIRST_PLACE, MAX_COPIED);
      if (!hasMore) progress.complete();
      return mayHaveMore || hasMore;
    },
    refresh,
    compareSome: () => {
      const { compared } = progress.read();
      if (compared !== undefined) compare(compared, MAX_COMPARED);
    },
  };
}

/** A transaction with something due. */
type Due = DueTransaction & { readonly due_at: Instant; readonly due_work: Work };

const isDue = (row: DueTransaction): row is Due => row.due_at !== null && row.due_work !== null;

interface Put {
  /** Has the schedule show these transactions as they are. */
  put(rows: readonly DueTransaction[]): void;
  remove(rowIds: readonly number[]): void;
}

function createPut(database: Database): Put {
  // What was held, postponed or halted was another version.
  const putOne = database.prepare<
    [
      ...[rowId: number, version: number, partitionId: number, dueAt: Instant, availableAt: Instant],
      ...[owner: string | null, committedAt: Instant],
    ]
  >(
    `INSERT INTO schedule (row_id, version, partition_id, due_at, available_at, owner, committed_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET version = excluded.version, partition_id = excluded.partition_id, due_at = excluded.due_at,
       available_at = excluded.available_at, owner = excluded.owner, committed_at = excluded.committed_at, postponed = 0,
       is_repeat = 0, held_at = NULL, worker = NULL, cause = NULL, reason = NULL
     WHERE version <> excluded.version OR due_at <> excluded.due_at OR partition_id <> excluded.partition_id`,
  );
  const removeAll = database.prepare<[rowIds: string]>(`DELETE FROM schedule WHERE row_id IN ${BOUND_LIST}`);
  const partitionIdOf = createPartitionIds(database);

  function remove(rowIds: readonly number[]): void {
    if (rowIds.length > 0) removeAll.run(JSON.stringify(rowIds));
  }

  return {
    put: (rows) => {
      const due = rows.filter(isDue);
      if (due.length > 0) {
        const partitionId = partitionIdOf();
        for (const row of due) {
          const { row_id, version, due_at, owner, committed_at } = row;
          putOne.run(row_id, version, partitionId(row), due_at, due_at, owner, committed_at);
        }
      }
      if (due.length < rows.length) remove(rows.filter((row) => !isDue(row)).map(({ row_id }) => row_id));
    },
    remove,
  };
}
