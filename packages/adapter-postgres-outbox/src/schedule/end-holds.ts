import type { Instant } from "@electrum-vouchers/core";
import { CLOCK_TOLERANCE_MS } from "@electrum-vouchers/core/ports";
import type { ConnectionPool, Statement } from "../server-connections.ts";
import {
  type AskedPartitions,
  IS_ASKED,
  IS_IN_PARTITION,
  PARTITION_VALUES,
  partitionValues,
  WITH_ASKED,
} from "./partitions.ts";

/** How many holds are ended at once. What is left over is due already: the next claim ends more. */
const MAX_ENDED = 5_000;

const [NOW, AHEAD] = [1, 2].map((each) => `$${PARTITION_VALUES + each}::bigint`);

/** A hold that has ended by now, or that was made by a clock that was ahead, is over for good. */
const END_HOLDS: Statement = {
  name: "end-holds",
  text: `${WITH_ASKED},
  ended AS MATERIALIZED (
    SELECT held.row_id FROM asked p CROSS JOIN LATERAL (
      SELECT s.row_id FROM schedule s WHERE ${IS_IN_PARTITION} AND s.is_held AND s.available_at <= ${NOW}
      ORDER BY s.available_at LIMIT ${MAX_ENDED} FOR UPDATE SKIP LOCKED
    ) held
  ),
  future AS MATERIALIZED (
    SELECT row_id, work, queue, client, is_repeat FROM schedule WHERE is_held AND held_at > ${AHEAD}
    ORDER BY held_at LIMIT ${MAX_ENDED} FOR UPDATE SKIP LOCKED
  )
  UPDATE schedule s SET available_at = s.due_at, held_at = NULL, instance = NULL, worker = NULL, claim_id = NULL
  WHERE s.row_id = ANY(ARRAY(SELECT row_id FROM ended UNION SELECT row_id FROM future WHERE ${IS_ASKED}))`,
};

/** A hold has ended for first deliveries and repeats alike, whichever are asked for. */
export async function endHolds(
  pool: Pick<ConnectionPool, "run">,
  { deliveries: _, ...asked }: AskedPartitions,
  now: Instant,
): Promise<void> {
  await pool.run(END_HOLDS, [...partitionValues(asked), now, now + CLOCK_TOLERANCE_MS]);
}
