import type { ConnectionPool, Statement } from "../server-connections.ts";
import { LIVING, type Session } from "../session.ts";

/** Which other processes live. */
export interface Living {
  /** Their numbers, as they were a moment ago. The leases of those that do not live have ended. */
  others(): Promise<readonly number[]>;
}

/** How long a look is believed. A dead process's work must be taken up within two seconds. */
const LOOK_INTERVAL_MS = 500;

/**
 * Only of processes that had a lease before it is known who lives: so a process that begins meanwhile is not taken for dead, though
 * another's lease that it has taken over is in the rows that were found.
 */
const LOOK: Statement = {
  name: "look-around",
  text: `WITH living AS MATERIALIZED (${LIVING}),
  dead AS MATERIALIZED (
    SELECT DISTINCT s.instance FROM schedule s
    WHERE s.instance IS NOT NULL AND s.instance <> $2::integer AND s.instance NOT IN (SELECT instance FROM living)
  ),
  freed AS (
    UPDATE schedule s SET available_at = s.due_at, held_at = NULL, instance = NULL, worker = NULL, claim_id = NULL
    WHERE s.instance IS NOT NULL AND s.instance = ANY(ARRAY(SELECT instance FROM dead))
  )
  SELECT instance FROM living WHERE instance <> $2::integer`,
};

export function createLiving(
  pool: Pick<ConnectionPool, "run">,
  { instance, lockSpace, mayHaveChanged }: Session,
  readMs: () => number = () => performance.now(),
): Living {
  let known: readonly number[] = [];
  let lookedMs = Number.NEGATIVE_INFINITY;

  return {
    others: async () => {
      if (mayHaveChanged()) lookedMs = Number.NEGATIVE_INFINITY;
      if (readMs() < lookedMs + LOOK_INTERVAL_MS) return known;
      const nowMs = readMs();
      const rows = await pool.run<{ instance: number }>(LOOK, [lockSpace, instance]);
      known = rows.map((row) => row.instance);
      lookedMs = nowMs;
      return known;
    },
  };
}
