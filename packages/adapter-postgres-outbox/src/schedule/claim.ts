import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { ClaimRequest } from "@electrum-vouchers/core/ports";
import type { ConnectionPool, Statement } from "../server-connections.ts";
import { RECORD_COLUMN_COUNT, RECORD_COLUMNS, type TransactionRow } from "../stored-row.ts";
import { toColumnInstant, toColumnText } from "../texts.ts";
import { IS_IN_PARTITION, PARTITION_VALUES, partitionValues, WITH_ASKED } from "./partitions.ts";

/** What a claim must know beside its request. */
export interface Claimer {
  readonly instance: number;
  readonly claimId: Uuid;
  /** The other processes that live, if their work is due later. */
  readonly others: readonly number[];
}

export interface ClaimedRows {
  readonly rows: readonly ClaimedRow[];
  /** Rows of the schedule that do not match their transactions. */
  readonly stale: readonly number[];
  /** The schedule was filled since the server last crashed. */
  readonly isFilled: boolean;
  readonly nextDueAt: Instant | undefined;
}

export interface ClaimedRow extends TransactionRow {
  readonly postponed: number;
}

const parameter = (index: number): string => `$${PARTITION_VALUES + index}`;
const [NOW, SINCE, BEFORE, GRACE, OTHERS, EXCEPT] = [1, 2, 3, 4, 5, 6].map(parameter);
const [LIMIT, UNTIL, INSTANCE, WORKER, CLAIM_ID] = [7, 8, 9, 10, 11].map(parameter);

/** What is not held. Then `available_at` is when it is due. */
const FREE = `FROM schedule s
      WHERE ${IS_IN_PARTITION} AND NOT s.is_held
        AND s.available_at >= ${SINCE}::bigint AND s.available_at < ${BEFORE}::bigint
        AND s.row_id <> ALL (ARRAY(SELECT row_id FROM transactions WHERE id = ANY(${EXCEPT}::text[])))`;

/** The turn, how often it was postponed, and the record's own. */
const LEASED_COLUMNS = 2 + RECORD_COLUMN_COUNT;

const IS_OTHERS = `s.owner = ANY(${OTHERS}::integer[])`;

/**
 * Of each partition the oldest, locked; of all of them those whose turn it is, leased. The oldest of each queue comes first, then the second
 * of each, and so on.
 */
const CLAIM: Statement = {
  name: "claim",
  text: `${WITH_ASKED},
  candidates AS MATERIALIZED (
    SELECT free.* FROM asked p CROSS JOIN LATERAL (
      SELECT s.row_id, s.version, s.queue, s.due_at ${FREE}
        AND s.available_at <= ${NOW}::bigint AND (s.available_at <= ${NOW}::bigint - ${GRACE}::bigint OR NOT ${IS_OTHERS})
      ORDER BY s.available_at, s.row_id LIMIT ${LIMIT} FOR UPDATE SKIP LOCKED
    ) free
  ),
  chosen AS MATERIALIZED (
    SELECT * FROM (
      SELECT *, row_number() OVER (PARTITION BY queue ORDER BY due_at, row_id) AS turn FROM candidates
    ) each ORDER BY turn, due_at, row_id LIMIT ${LIMIT}
  ),
  leased AS (
    UPDATE schedule s SET available_at = greatest(s.due_at, ${UNTIL}::bigint), held_at = ${NOW}::bigint,
      instance = CASE WHEN ${UNTIL}::bigint > s.due_at THEN ${INSTANCE}::integer END,
      worker = CASE WHEN ${UNTIL}::bigint > s.due_at THEN ${WORKER}::text END, claim_id = ${CLAIM_ID}::text
    FROM chosen c JOIN transactions t ON t.row_id = c.row_id
    WHERE s.row_id = c.row_id AND s.row_id = ANY(ARRAY(SELECT row_id FROM chosen))
      AND t.row_id = ANY(ARRAY(SELECT row_id FROM chosen)) AND s.version = t.version AND s.due_at = t.due_at AND s.work = t.due_work
      AND s.queue = t.queue AND s.client = t.client
    RETURNING c.turn, s.postponed, ${RECORD_COLUMNS}
  )
  SELECT leased.*, NULL AS stale_row_id FROM leased
  UNION ALL
  SELECT ${Array.from({ length: LEASED_COLUMNS }, () => "NULL").join(", ")}, row_id FROM chosen
  WHERE row_id <> ALL (ARRAY(SELECT row_id FROM leased))
  ORDER BY turn, due_at, row_id`,
};

/** When the first of what was asked for may be claimed. Of the work of others, only what is due within the grace may come before the oldest. */
const FIND_NEXT: Statement = {
  name: "find-next",
  text: `${WITH_ASKED}
  SELECT min(least(held.at, coalesce(own.at, free.at + CASE WHEN free.is_others THEN ${GRACE}::bigint ELSE 0 END))) AS next_due_at,
    EXISTS (SELECT FROM schedule_filled) AS is_filled
  FROM asked p
  LEFT JOIN LATERAL (
    SELECT s.available_at AS at FROM schedule s
    WHERE ${IS_IN_PARTITION} AND s.is_held AND s.due_at >= ${SINCE}::bigint AND s.due_at < ${BEFORE}::bigint
      AND s.row_id <> ALL (ARRAY(SELECT row_id FROM transactions WHERE id = ANY(${EXCEPT}::text[])))
    ORDER BY s.available_at LIMIT 1
  ) held ON true
  LEFT JOIN LATERAL (
    SELECT s.available_at AS at, ${IS_OTHERS} AS is_others ${FREE} ORDER BY s.available_at LIMIT 1
  ) free ON true
  LEFT JOIN LATERAL (
    SELECT s.available_at AS at ${FREE} AND free.is_others AND NOT ${IS_OTHERS}
      AND s.available_at < free.at + ${GRACE}::bigint
    ORDER BY s.available_at LIMIT 1
  ) own ON true
  WHERE ${NOW}::bigint IS NOT NULL`,
};

/** Gives back what a claim has leased. */
export const FREE_CLAIM: Statement = {
  name: "free-claim",
  text: `UPDATE schedule SET available_at = due_at, held_at = NULL, instance = NULL, worker = NULL, claim_id = NULL
    WHERE instance IS NOT NULL AND claim_id = $1`,
};

type ChosenRow = (ClaimedRow & { readonly stale_row_id: null }) | { readonly stale_row_id: number };

/** Leases what a request asks for, once the holds that have ended are forgotten. */
export async function claimOnce(
  pool: Pick<ConnectionPool, "run">,
  request: ClaimRequest,
  { instance, claimId, others }: Claimer,
): Promise<ClaimedRows> {
  const { worker, now, until, limit, except = [], ownerGraceMs = 0 } = request;
  const { dueSince = Number.MIN_SAFE_INTEGER, dueBefore = Number.MAX_SAFE_INTEGER } = request;
  const bounds = [now, toColumnInstant(dueSince), toColumnInstant(dueBefore), ownerGraceMs, others, except];
  const asked = [...partitionValues(request), ...bounds];
  const chosen =
    limit === 0 || request.work.length === 0
      ? []
      : await pool.run<ChosenRow>(CLAIM, [
          ...asked,
          limit,
          toColumnInstant(until),
          instance,
          toColumnText(worker),
          claimId,
        ]);
  const [next] = await pool.run<{ next_due_at: number | null; is_filled: boolean }>(FIND_NEXT, asked);
  return {
    rows: chosen.filter(isLeased),
    stale: chosen.flatMap(({ stale_row_id: rowId }) => (rowId === null ? [] : [rowId])),
    isFilled: next?.is_filled !== false,
    nextDueAt: next?.next_due_at ?? undefined,
  };
}

const isLeased = (row: ChosenRow): row is ClaimedRow & { readonly stale_row_id: null } => row.stale_row_id === null;
