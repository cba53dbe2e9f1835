import type { Instant } from "@electrum-vouchers/core";
import type { Work } from "@electrum-vouchers/core/ports";
import Database from "better-sqlite3";
import { BOUND_LIST } from "./rows.ts";
import type { DueTransaction, PlaceInDue, StoredRows } from "./stored-rows.ts";

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
export const MAX_COPIED = 5_000;

/** How many are compared at once, when they should be there already: it takes a millisecond. */
const MAX_COMPARED = 1_000;

interface ProgressRow {
  /** Null in a new file. */
  readonly position: number | null;
  readonly is_complete: 0 | 1;
  readonly compared_work: string | null;
  readonly compared_due_at: Instant | null;
  readonly compared_row_id: number | null;
}

export function createScheduleCopy(database: Database.Database, stored: StoredRows): ScheduleCopy {
  const progress = database.prepare<[], ProgressRow>(
    "SELECT position, is_complete, compared_work, compared_due_at, compared_row_id FROM progress",
  );
  const setPosition = database.prepare<[position: number]>("UPDATE progress SET position = ?");
  const setCompared = database.prepare<[work: string | null, at: Instant | null, rowId: number | null]>(
    "UPDATE progress SET compared_work = ?, compared_due_at = ?, compared_row_id = ?",
  );
  const complete = database.prepare("UPDATE progress SET is_complete = 1");
  const beginAnew = database.prepare<[position: number]>(
    "UPDATE progress SET position = ?, is_complete = 0, compared_work = '', compared_due_at = 0, compared_row_id = 0",
  );
  const clear = [database.prepare("DELETE FROM schedule"), database.prepare("DELETE FROM partitions")];
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

  function read(): ProgressRow {
    const row = progress.get();
    if (row === undefined) throw new Database.SqliteError("the schedule has lost its progress", "SQLITE_ERROR");
    return row;
  }

  function startAnew(): void {
    for (const statement of clear) statement.run();
    beginAnew.run(stored.lastPosition());
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
    setCompared.run(last?.due_work ?? null, last?.due_at ?? null, last?.row_id ?? null);
    return last !== undefined;
  }

  return {
    catchUp: () => {
      // The file is new, or the first was replaced by an older copy of itself.
      if ((read().position ?? Number.POSITIVE_INFINITY) > stored.lastPosition()) startAnew();
      const state = read();
      const seen = state.position ?? 0;
      const { rows, position, mayHaveMore } = stored.committedAfter(seen, MAX_COPIED);
      put(rows);
      if (position > seen) setPosition.run(position);
      if (state.is_complete === 1) return mayHaveMore;
      const hasMore = compare(placeOf(state) ?? { due_work: "", due_at: 0, row_id: 0 }, MAX_COPIED);
      if (!hasMore) complete.run();
      return mayHaveMore || hasMore;
    },
    refresh,
    compareSome: () => {
      const place = placeOf(read());
      if (place !== undefined) compare(place, MAX_COMPARED);
    },
  };
}

/** How far it has been compared; nothing if it was compared to the end. */
function placeOf({ compared_work, compared_due_at, compared_row_id }: ProgressRow): PlaceInDue | undefined {
  return typeof compared_work === "string" && typeof compared_due_at === "number" && typeof compared_row_id === "number"
    ? { due_work: compared_work, due_at: compared_due_at, row_id: compared_row_id }
    : undefined;
}

/** A transaction with something due. */
type Due = DueTransaction & { readonly due_at: Instant; readonly due_work: Work };

const isDue = (row: DueTransaction): row is Due => row.due_at !== null && row.due_work !== null;

interface Put {
  /** Has the schedule show these transactions as they are. */
  put(rows: readonly DueTransaction[]): void;
  remove(rowIds: readonly number[]): void;
}

function createPut(database: Database.Database): Put {
  // What was held, postponed or halted was another version.
  const putOne = database.prepare<
    [rowId: number, version: number, partitionId: number, dueAt: Instant, availableAt: Instant]
  >(
    `INSERT INTO schedule (row_id, version, partition_id, due_at, available_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET version = excluded.version, partition_id = excluded.partition_id, due_at = excluded.due_at,
       available_at = excluded.available_at, postponed = 0, is_repeat = 0, worker = NULL, cause = NULL, reason = NULL
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
        for (const row of due) putOne.run(row.row_id, row.version, partitionId(row), row.due_at, row.due_at);
      }
      if (due.length < rows.length) remove(rows.filter((row) => !isDue(row)).map(({ row_id }) => row_id));
    },
    remove,
  };
}

/** Above this many, the empty ones are removed: a claim reads them all. */
const MAX_PARTITIONS = 500;

interface PartitionRow {
  readonly partition_id: number;
  readonly work: string;
  readonly queue: string;
  readonly client: string;
}

/** Finds partitions, or makes them; each call begins with those that there are now, in whatever process they were made. */
function createPartitionIds(database: Database.Database): () => (row: Due) => number {
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
