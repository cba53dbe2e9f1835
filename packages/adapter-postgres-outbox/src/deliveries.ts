// The journal of deliveries that settled nothing: what went out when, and what came back.
//
// Rules
// 1. They are worth no fsync: they are written over the connection of the schedule, which waits for no disk. A crash of the server loses those
//    of its last moments.
// 2. Of each transaction the first and the last are kept.
// 3. They are in a table of their own, so that the journal keeps one entry for each version.
// 4. If two processes write one of the same transaction at the same moment, one is given up.

import { FIRST_DELIVERIES_KEPT, LAST_DELIVERIES_KEPT, type Postponement } from "@electrum-vouchers/core/ports";
import type { ConnectionPool, Statement } from "./server-connections.ts";
import { toColumnText } from "./texts.ts";

const WRITE: Statement = {
  name: "write-deliveries",
  text: `WITH targets AS MATERIALIZED (SELECT row_id, id, version FROM transactions WHERE id = ANY($1::text[])),
  added AS (
    INSERT INTO deliveries (row_id, number, version, entry)
    SELECT t.row_id, coalesce((SELECT max(number) FROM deliveries d WHERE d.row_id = t.row_id), 0) + 1, i.version, i.entry
    FROM unnest($1::text[], $2::integer[], $3::text[]) AS i (id, version, entry)
    JOIN targets t ON t.id = i.id AND t.version >= i.version
    ON CONFLICT (row_id, number) DO NOTHING
    RETURNING row_id, number
  )
  DELETE FROM deliveries d USING added
  WHERE d.row_id = added.row_id AND d.row_id = ANY(ARRAY(SELECT row_id FROM targets))
    AND d.number = added.number - ${LAST_DELIVERIES_KEPT} AND d.number > ${FIRST_DELIVERIES_KEPT}`,
};

/** Journals the deliveries of postponements. No two are of the same transaction. */
export async function writeDeliveries(
  pool: Pick<ConnectionPool, "run">,
  postponements: readonly Postponement[],
): Promise<void> {
  const given = postponements.flatMap(({ id, version, delivery }) =>
    delivery === undefined ? [] : [{ id, version, entry: toColumnText(delivery) }],
  );
  if (given.length === 0) return;
  const ids = given.map(({ id }) => id);
  await pool.run(WRITE, [ids, given.map(({ version }) => version), given.map(({ entry }) => entry)]);
}
