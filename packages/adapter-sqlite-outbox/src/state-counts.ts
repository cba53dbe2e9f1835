import type { Work } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";

/** What is counted: transactions that are alike in all of this. */
export interface StateKey {
  readonly state: string;
  readonly needs_attention: 0 | 1;
  readonly due_work: Work | null;
}

/** So many more, or fewer, that are alike. */
export interface StateCount extends StateKey {
  readonly count: number;
}

/**
 * How many transactions there are of each kind: counted as they change, and yet at no cost to a commit. The journal says what
 * each transaction became; from time to time that is added up. What was not yet is few enough to be added up by whoever asks.
 */
export interface StateCounts {
  /** All there is, one count for each kind of which there are any. */
  counts(): readonly StateCount[];
  /** Adds up what the journal says since last time; within a transaction. */
  fold(): void;
  /** Counts these no more, which have just been removed, with all else added up; within the transaction that removed them. */
  subtract(deleted: readonly StateKey[]): void;
}

/** The kinds in which the journal says that there are more and fewer, from where it has not been added up. */
export const PENDING_COUNTS = `
  SELECT state, needs_attention, due_work, 1 AS count FROM journal WHERE position > (SELECT folded_to FROM state_counts_fold)
  UNION ALL
  SELECT before.state, before.needs_attention, before.due_work, -1
  FROM journal CROSS JOIN journal AS before ON before.row_id = journal.row_id AND before.version = journal.version - 1
  WHERE journal.position > (SELECT folded_to FROM state_counts_fold)`;

/** Keys have no nulls: in the counts, this stands for it where nothing is due. */
export const NOTHING_DUE = "";

export function createStateCounts(database: Database): StateCounts {
  const folded = database.prepare<[], StateCount>(
    `SELECT state, needs_attention, nullif(due_work, '${NOTHING_DUE}') AS due_work, count FROM state_counts`,
  );
  const pending = database.prepare<[], StateCount>(PENDING_COUNTS);
  const add = database.prepare<[state: string, needsAttention: 0 | 1, dueWork: string, count: number]>(
    `INSERT INTO state_counts (state, needs_attention, due_work, count) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  );
  const finish = database.prepare<[]>(
    "UPDATE state_counts_fold SET folded_to = (SELECT ifnull(max(position), 0) FROM journal)",
  );

  function addAll(counts: readonly StateCount[]): void {
    if (counts.length === 0) return;
    for (const { state, needs_attention: needsAttention, due_work: work, count } of sumByKey(counts))
      add.run(state, needsAttention, work ?? NOTHING_DUE, count);
    finish.run();
  }

  return {
    counts: () => [...sumByKey([...folded.all(), ...pending.all()])].filter(({ count }) => count !== 0),
    fold: () => addAll(pending.all()),
    subtract: (deleted) => addAll(deleted.map((each) => ({ ...each, count: -1 }))),
  };
}

/** One for each kind. */
function sumByKey(counts: readonly StateCount[]): Iterable<StateCount> {
  const sums = new Map<string, StateCount>();
  for (const each of counts) {
    const kind = `${each.state} ${each.needs_attention} ${each.due_work}`;
    sums.set(kind, { ...each, count: each.count + (sums.get(kind)?.count ?? 0) });
  }
  return sums.values();
}
