// How many transactions there are in each state: read often by operators and metrics, and cheap for a commit.
//
// Rules
// 1. A group of commits adds one row for each key whose number it changes: by how much. Nothing is updated, so groups never wait for one
//    another here. The count of a key is the sum of its rows.
// 2. The rows are folded into one for each key from time to time, by a statement that deletes them and adds their sum. It may be lost, or
//    run by two processes at once: a row is deleted once.
// 3. If a column is corrected, all is counted anew. That is hardly ever, and heals whatever went wrong before.

import type { Connection, ConnectionPool } from "./server-connections.ts";

export interface CountRow {
  readonly state: string;
  readonly needs_attention: boolean;
  readonly count: number;
}

/** After so many groups of commits, the rows are folded: a summary then reads some thousand at most. */
const GROUPS_PER_FOLD = 200;

const FOLD = {
  name: "fold-counts",
  text: `WITH gone AS (DELETE FROM state_counts RETURNING state, needs_attention, count)
    INSERT INTO state_counts (state, needs_attention, count)
    SELECT state, needs_attention, sum(count) FROM gone
    GROUP BY state, needs_attention HAVING sum(count) <> 0`,
};

/** Folds and recounts exclude each other: a recount that did not see what a fold had added would count it twice. */
const LOCK = {
  name: "lock-counts",
  text: "SELECT pg_advisory_xact_lock('state_counts'::regclass::oid::bigint)",
};

const COUNTS = `SELECT state, needs_attention, count(*) AS count FROM transactions GROUP BY 1, 2`;

const RECOUNT = {
  name: "recount",
  text: `WITH gone AS (DELETE FROM state_counts)
    INSERT INTO state_counts (state, needs_attention, count) ${COUNTS}`,
};

/** The counts that are not 0. */
export const READ_COUNTS = {
  name: "read-counts",
  text: `SELECT state, needs_attention, sum(count)::bigint AS count FROM state_counts
    GROUP BY state, needs_attention HAVING sum(count) <> 0`,
};

/** The keys whose counts are wrong. */
export const FIND_WRONG_COUNTS = {
  name: "find-wrong-counts",
  text: `SELECT format('the count of %s (attention %s) says %s, there are %s', state, needs_attention,
      sum(recorded), sum(there)) AS fault
    FROM (
      SELECT state, needs_attention, count AS recorded, 0 AS there FROM state_counts
      UNION ALL
      SELECT state, needs_attention, 0, count FROM (${COUNTS}) counted
    ) each
    GROUP BY state, needs_attention HAVING sum(recorded) <> sum(there)`,
};

/** Folds from time to time. Call it after each group. */
export function createFolding(schedule: Pick<ConnectionPool, "transact">): () => void {
  let groups = 0;
  return () => {
    groups += 1;
    if (groups % GROUPS_PER_FOLD !== 0) return;
    // If it fails, the next one folds more.
    void schedule.transact(fold).catch(() => {});
  };
}

async function fold(connection: Connection): Promise<void> {
  await connection.run(LOCK);
  await connection.run(FOLD);
}

/** Counts all transactions anew, within the transaction that is open. */
export async function recount(connection: Connection): Promise<void> {
  await connection.run(LOCK);
  await connection.run(RECOUNT);
}
