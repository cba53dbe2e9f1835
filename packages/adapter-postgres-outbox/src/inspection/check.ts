import { findDamage } from "@electrum-vouchers/core";
import { FIND_WRONG_COUNTS } from "../counts.ts";
import type { Connection, ConnectionPool, Statement } from "../server-connections.ts";
import { fillSchedule } from "../schedule/fill.ts";
import { fromColumnText } from "../texts.ts";
import {
  COMPARED_COLUMNS,
  type ComparedRow,
  correctRows,
  findDamagedRows,
  findWrongColumns,
  readJournals,
} from "./record-columns.ts";

/** A damaged store may have millions of faults; the first ones are enough. */
const MAX_FAULTS = 100;

/** How many records are read at once, so that a long history needs no more memory than a short one. */
const RECORDS_A_PAGE = 500;

interface Fault {
  readonly fault: string;
}

/** What would lose or change what is stored, beside the outbox itself. */
const FIND_FOREIGN: Statement = {
  name: "find-foreign",
  text: `SELECT format('the trigger %s is on the table %s', tgname, tgrelid::regclass) AS fault
    FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = ANY(ARRAY['transactions', 'journal', 'schedule', 'state_counts']::regclass[])
    UNION ALL
    SELECT format('the rule %s is on the table %s', rulename, tablename) FROM pg_rules WHERE schemaname = current_schema()
    UNION ALL
    SELECT format('the table %s is unlogged: a crash empties it', oid::regclass) FROM pg_class
    WHERE relpersistence <> 'p' AND oid = ANY(ARRAY['transactions', 'journal', 'state_counts', 'store']::regclass[])
    UNION ALL
    SELECT format('the index %s is not valid', indexrelid::regclass) FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
    WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace`,
};

const FIND_ORPHANS: Statement = {
  name: "find-orphans",
  text: `SELECT format('version %s of row %s in the journal has no transaction', version, row_id) AS fault FROM journal
    WHERE NOT EXISTS (SELECT FROM transactions t WHERE t.row_id = journal.row_id) LIMIT ${MAX_FAULTS}`,
};

const FIND_UNJOURNALLED: Statement = {
  name: "find-unjournalled",
  text: `SELECT format('transaction %s is at version %s and has %s journal entries', t.id, t.version, coalesce(entries, 0)) AS fault
    FROM transactions t LEFT JOIN (SELECT row_id, count(*) AS entries FROM journal GROUP BY row_id) counted USING (row_id)
    WHERE t.version IS DISTINCT FROM entries LIMIT ${MAX_FAULTS}`,
};

const READ_PAGE: Statement = {
  name: "check-page",
  text: `SELECT ${COMPARED_COLUMNS} FROM transactions t WHERE t.row_id > $1::bigint ORDER BY t.row_id LIMIT ${RECORDS_A_PAGE}`,
};

/**
 * Reads everything. PostgreSQL itself finds damaged pages, if checksums are on; it says so of each statement that meets one. What is damaged
 * needs attention from then on.
 */
export async function findFaults(pool: ConnectionPool): Promise<readonly string[]> {
  await fillSchedule(pool);
  const { faults, damaged } = await pool.transact(findFaultsWithin);
  if (damaged.length > 0) await pool.transact((connection) => correctRows(connection, damaged));
  return faults.slice(0, MAX_FAULTS);
}

/** One moment for all of it: what is committed meanwhile is in none of the tables. */
async function findFaultsWithin(
  connection: Connection,
): Promise<{ faults: readonly string[]; damaged: readonly number[] }> {
  await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0");
  const faults: string[] = [];
  const damaged: number[] = [];
  for (const statement of [FIND_FOREIGN, FIND_ORPHANS, FIND_WRONG_COUNTS, FIND_UNJOURNALLED])
    faults.push(...(await connection.run<Fault>(statement)).map(({ fault }) => fault));
  let page = await connection.run<ComparedRow>(READ_PAGE, [0]);
  while (page.length > 0 && faults.length < MAX_FAULTS) {
    const journals = await readJournals(
      connection,
      page.map(({ row_id }) => row_id),
    );
    faults.push(...page.flatMap((row) => describeFaults(row, journals.get(row.row_id) ?? [])));
    damaged.push(...(await findDamagedRows(connection, page)));
    page = await connection.run<ComparedRow>(READ_PAGE, [page.at(-1)?.row_id]);
  }
  return { faults, damaged };
}

function describeFaults(row: ComparedRow, entries: readonly string[]): readonly string[] {
  const columns = findWrongColumns(row);
  return [
    ...findDamage({ id: row.id, record: fromColumnText(row.record), entries }).map(
      (fault) => `transaction ${row.id}: ${fault}`,
    ),
    ...(columns.length === 0 ? [] : [`the record of transaction ${row.id} contradicts its ${columns.join(", ")}`]),
  ];
}
