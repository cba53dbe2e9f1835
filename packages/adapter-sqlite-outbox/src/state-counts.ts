// How many transactions there are in each state: read often by operators and metrics, and free for a commit.
//
//   journal:       … │ folded up to here │ pending: the few hundred newest entries
//   state_counts   ◀── fold ─────────────┘
//   counts()       =  state_counts  +  the differences of the pending entries
//
// A counter that each commit updates would cost a commit two more writes (minus one for the old state, plus one for the new).
// To count the rows would read the whole history. So neither is done: the journal already says what each transaction became,
// and it is *folded* into the counts from time to time (`maintenance.ts`).
//
// Rules
// 1. An entry counts 1 for its own key (state, attention) and -1 for the key of the entry before it.
// 2. `state_counts_fold.folded_to` is the journal's position up to which the counts are folded. The counts and the position
//    change in one SQLite transaction, so no entry counts twice or not at all.
// 3. A fold may be lost in a power loss, or skipped because the database is locked. The next one folds more.
// 4. Deleting transactions deletes their journal. So retention folds first, then subtracts what it deleted, in its own transaction.
// 5. A count of 0 stays in the table, but is not shown.
//
// What it does not know: when to fold. `inspection.ts` compares the counts with the rows when an operator asks for a check.

import type { Database } from "better-sqlite3";

/** Transactions are counted by these columns together. */
export interface StateKey {
  readonly state: string;
  readonly needs_attention: 0 | 1;
}

/** How many more transactions have this key; fewer if negative. */
export interface StateCount extends StateKey {
  readonly count: number;
}

/** How many transactions there are by key, at no cost to a commit. */
export interface StateCounts {
  /** The counts that are not 0, one for each key. */
  counts(): readonly StateCount[];
  /** Folds the journal's pending entries into the counts. Call it within a transaction. */
  fold(): void;
  /** Counts one transaction by another key than it was counted by. Call it after `fold`, within the transaction that changed its journal. */
  move(from: StateKey, to: StateKey): void;
  /** Subtracts transactions that were just deleted. Call it after `fold`, within the transaction that deleted them. */
  subtract(deleted: readonly StateKey[]): void;
}

/** The differences that the journal's pending entries make: 1 for each new key, -1 for the one before. */
export const PENDING_COUNTS = `
  SELECT state, needs_attention, 1 AS count FROM journal WHERE position > (SELECT folded_to FROM state_counts_fold)
  UNION ALL
  SELECT before.state, before.needs_attention, -1
  FROM journal CROSS JOIN journal AS before ON before.row_id = journal.row_id AND before.version = journal.version - 1
  WHERE journal.position > (SELECT folded_to FROM state_counts_fold)`;

export function createStateCounts(database: Database): StateCounts {
  const folded = database.prepare<[], StateCount>("SELECT state, needs_attention, count FROM state_counts");
  const pending = database.prepare<[], StateCount>(PENDING_COUNTS);
  const add = database.prepare<[state: string, needsAttention: 0 | 1, count: number]>(
    `INSERT INTO state_counts (state, needs_attention, count) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  );
  const finish = database.prepare<[]>(
    "UPDATE state_counts_fold SET folded_to = (SELECT ifnull(max(position), 0) FROM journal)",
  );

  function addAll(counts: readonly StateCount[]): void {
    if (counts.length === 0) return;
    for (const { state, needs_attention: needsAttention, count } of sumByKey(counts))
      add.run(state, needsAttention, count);
    finish.run();
  }

  return {
    counts: () => [...sumByKey([...folded.all(), ...pending.all()])].filter(({ count }) => count !== 0),
    fold: () => addAll(pending.all()),
    move: (from, to) =>
      addAll([
        { ...keyOf(from), count: -1 },
        { ...keyOf(to), count: 1 },
      ]),
    subtract: (deleted) => addAll(deleted.map((each) => ({ ...each, count: -1 }))),
  };
}

const keyOf = ({ state, needs_attention }: StateKey): StateKey => ({ state, needs_attention });

/** Adds up the counts of equal keys. */
function sumByKey(counts: readonly StateCount[]): Iterable<StateCount> {
  const sums = new Map<string, StateCount>();
  for (const each of counts) {
    const key = `${each.state} ${each.needs_attention}`;
    sums.set(key, { ...each, count: each.count + (sums.get(key)?.count ?? 0) });
  }
  return sums.values();
}
