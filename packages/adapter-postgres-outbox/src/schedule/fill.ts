import type { Connection, ConnectionPool, Statement } from "../server-connections.ts";

const SCHEDULED = `INSERT INTO schedule (row_id, version, work, queue, client, due_at, available_at, owner, committed_at, amount, currency)
    SELECT t.row_id, t.version, t.due_work, t.queue, t.client, t.due_at, t.due_at, t.owner, t.committed_at, t.amount, t.currency
    FROM transactions t WHERE t.is_open AND t.due_at IS NOT NULL`;

const LOCK: Statement = {
  name: "lock-schedule",
  text: "SELECT pg_advisory_xact_lock('schedule'::regclass::oid::bigint)",
};

const IS_FILLED: Statement = { name: "is-filled", text: "SELECT FROM schedule_filled" };

/** Some rows may be there already: those of commits since the crash. */
const FILL: Statement = { name: "fill-schedule", text: `${SCHEDULED} ON CONFLICT (row_id) DO NOTHING` };

const NOTE_FILLED: Statement = { name: "note-filled", text: "INSERT INTO schedule_filled VALUES (true)" };

/** Fills the schedule, after a crash of the server has emptied it. It reads what is due, however much that is. */
export const fillSchedule = (pool: Pick<ConnectionPool, "transact">): Promise<void> =>
  pool.transact(async (connection) => {
    await connection.execute("SET LOCAL statement_timeout = 0");
    await connection.run(LOCK);
    // Another process may have been faster.
    if ((await connection.run(IS_FILLED)).length > 0) return;
    await connection.run(FILL);
    await connection.run(NOTE_FILLED);
  });

/** What a row of the schedule must be, beside what is stored. */
export const MATCHES = `s.row_id = t.row_id AND s.version = t.version AND s.due_at = t.due_at AND s.work = t.due_work
    AND s.queue = t.queue AND s.client = t.client
    AND s.amount IS NOT DISTINCT FROM t.amount AND s.currency IS NOT DISTINCT FROM t.currency`;

const LOCK_TRANSACTIONS: Statement = {
  name: "lock-transactions",
  text: "SELECT FROM transactions t WHERE t.row_id = ANY($1::bigint[]) ORDER BY t.id FOR NO KEY UPDATE",
};

const REMOVE_UNFOUNDED: Statement = {
  name: "remove-unfounded",
  text: `DELETE FROM schedule s WHERE s.row_id = ANY($1::bigint[]) AND NOT EXISTS (SELECT FROM transactions t WHERE ${MATCHES})`,
};

const REMAKE: Statement = {
  name: "remake",
  text: `${SCHEDULED} AND t.row_id = ANY($1::bigint[]) ON CONFLICT (row_id) DO NOTHING`,
};

/** Makes rows anew that do not match their transactions. */
export const remakeRows = (pool: Pick<ConnectionPool, "transact">, rowIds: readonly number[]): Promise<void> =>
  pool.transact((connection) => remakeRowsWithin(connection, rowIds));

/** The same, within the transaction that is open. */
export async function remakeRowsWithin(connection: Connection, rowIds: readonly number[]): Promise<void> {
  for (const statement of [LOCK_TRANSACTIONS, REMOVE_UNFOUNDED, REMAKE]) await connection.run(statement, [rowIds]);
}
