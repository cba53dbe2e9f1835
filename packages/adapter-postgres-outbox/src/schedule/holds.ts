import type { Postponement, StoredRecord } from "@electrum-vouchers/core/ports";
import type { ConnectionPool, Statement } from "../server-connections.ts";
import { toColumnInstant, toColumnText } from "../texts.ts";

/** The transactions of these ids. By a statement of their own, since a join may read them in another order than that of the ids. */
const targets = (ids: string): string =>
  `targets AS MATERIALIZED (SELECT row_id, id, version FROM transactions WHERE id = ANY(${ids}::text[]))`;

const IS_TARGET = "s.row_id = t.row_id AND s.row_id = ANY(ARRAY(SELECT row_id FROM targets))";

/** Locks rows in one order, so that two of these never wait for each other. */
const POSTPONE: Statement = {
  name: "postpone",
  text: `WITH ${targets("$1")},
  found AS MATERIALIZED (
    SELECT s.row_id, i.postponed_at, i.until, i.cause, i.reason
    FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
      AS i (id, version, postponed_at, until, cause, reason)
    JOIN targets t ON t.id = i.id AND t.version = i.version
    JOIN schedule s ON ${IS_TARGET} AND s.version = i.version
    ORDER BY s.row_id FOR UPDATE OF s
  )
  UPDATE schedule s SET available_at = greatest(s.due_at, found.until), held_at = found.postponed_at, instance = NULL, worker = NULL,
    claim_id = NULL, postponed = s.postponed + 1, is_repeat = true, cause = found.cause, reason = found.reason
  FROM found WHERE s.row_id = found.row_id AND s.row_id = ANY(ARRAY(SELECT row_id FROM found))`,
};

export async function postponeAll(
  pool: Pick<ConnectionPool, "run">,
  postponements: readonly Postponement[],
): Promise<void> {
  await pool.run(POSTPONE, [
    postponements.map(({ id }) => id),
    postponements.map(({ version }) => version),
    postponements.map(({ at }) => at),
    postponements.map(({ until }) => toColumnInstant(until)),
    postponements.map(({ cause }) => cause ?? null),
    postponements.map(({ reason }) => toColumnText(reason)),
  ]);
}

/** What is locked is being claimed, postponed or committed: it is left alone. */
export const ADVANCE: Statement = {
  name: "advance",
  text: `WITH silent AS MATERIALIZED (
    SELECT s.row_id FROM schedule s
    WHERE s.queue = $1 AND s.cause = 'noResponse' AND s.is_held AND s.instance IS NULL AND s.available_at > $2::bigint
    ORDER BY s.due_at, s.row_id LIMIT $3 FOR UPDATE SKIP LOCKED
  )
  UPDATE schedule s SET available_at = s.due_at, held_at = NULL
  WHERE s.row_id = ANY(ARRAY(SELECT row_id FROM silent)) RETURNING s.row_id`,
};

const END_LEASE = `UPDATE schedule s SET available_at = s.due_at, held_at = NULL, instance = NULL, worker = NULL, claim_id = NULL,
    cause = NULL`;

/** A lease is a worker's of one process. Workers of other processes are others, whatever their name. */
const OF_WORKER = "s.instance = $1 AND s.worker = $2";

export const RELEASE_ALL: Statement = {
  name: "release-all",
  text: `WITH leased AS MATERIALIZED (
    SELECT s.row_id FROM schedule s WHERE ${OF_WORKER} ORDER BY s.row_id FOR UPDATE
  )
  ${END_LEASE} WHERE s.row_id = ANY(ARRAY(SELECT row_id FROM leased))`,
};

const RELEASE_SOME: Statement = {
  name: "release-some",
  text: `WITH ${targets("$3")},
  leased AS MATERIALIZED (
    SELECT s.row_id FROM unnest($3::text[], $4::integer[]) AS i (id, version)
    JOIN targets t ON t.id = i.id
    JOIN schedule s ON ${IS_TARGET} AND s.version = i.version
    WHERE ${OF_WORKER} ORDER BY s.row_id FOR UPDATE OF s
  )
  ${END_LEASE} WHERE s.row_id = ANY(ARRAY(SELECT row_id FROM leased))`,
};

export async function releaseSome(
  pool: Pick<ConnectionPool, "run">,
  instance: number,
  worker: string,
  records: readonly Pick<StoredRecord, "id" | "version">[],
): Promise<void> {
  const ids = records.map(({ id }) => id);
  const versions = records.map(({ version }) => version);
  await pool.run(RELEASE_SOME, [instance, toColumnText(worker), ids, versions]);
}
