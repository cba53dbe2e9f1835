import type { Work } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";

/** What is counted: transactions that are alike in all of this. */
export interface Counted {
  readonly state: string;
  readonly attention: 0 | 1;
  readonly due_work: Work | null;
}

/** So many more, or fewer, that are alike. */
export interface Count extends Counted {
  readonly count: number;
}

/**
 * How many transactions there are of each kind: counted as they change, and yet at no cost to a commit. The journal says what
 * each transaction became; from time to time that is added up. What was not yet is few enough to be added up by whoever asks.
 */
export interface Tally {
  /** All there is, one count for each kind of which there are any. */
  counts(): readonly Count[];
  /** Adds up what the journal says since last time; within a transaction. */
  addUp(): void;
  /** Counts these no more, which have just been removed, with all else added up; within the transaction that removed them. */
  subtract(removed: readonly Counted[]): void;
}

/** The kinds in which the journal says that there are more and fewer, from where it has not been added up. */
export const NOT_ADDED_UP = `
  SELECT state, attention, due_work, 1 AS count FROM journal WHERE position > (SELECT added_up FROM tallied)
  UNION ALL
  SELECT before.state, before.attention, before.due_work, -1
  FROM journal CROSS JOIN journal AS before ON before.number = journal.number AND before.version = journal.version - 1
  WHERE journal.position > (SELECT added_up FROM tallied)`;

/** Keys have no nulls: in the tally, this stands for it where nothing is due. */
export const NOTHING_DUE = "";

export function createTally(database: Database): Tally {
  const addedUp = database.prepare<[], Count>(
    `SELECT state, attention, nullif(due_work, '${NOTHING_DUE}') AS due_work, count FROM tally`,
  );
  const notAddedUp = database.prepare<[], Count>(NOT_ADDED_UP);
  const add = database.prepare<[state: string, attention: 0 | 1, dueWork: string, count: number]>(
    `INSERT INTO tally (state, attention, due_work, count) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  );
  const finish = database.prepare<[]>("UPDATE tallied SET added_up = (SELECT ifnull(max(position), 0) FROM journal)");

  function addAll(counts: readonly Count[]): void {
    if (counts.length === 0) return;
    for (const { state, attention, due_work: work, count } of summed(counts))
      add.run(state, attention, work ?? NOTHING_DUE, count);
    finish.run();
  }

  return {
    counts: () => [...summed([...addedUp.all(), ...notAddedUp.all()])].filter(({ count }) => count !== 0),
    addUp: () => addAll(notAddedUp.all()),
    subtract: (removed) => addAll(removed.map((each) => ({ ...each, count: -1 }))),
  };
}

/** One for each kind. */
function summed(counts: readonly Count[]): Iterable<Count> {
  const sums = new Map<string, Count>();
  for (const each of counts) {
    const kind = `${each.state} ${each.attention} ${each.due_work}`;
    sums.set(kind, { ...each, count: each.count + (sums.get(kind)?.count ?? 0) });
  }
  return sums.values();
}
