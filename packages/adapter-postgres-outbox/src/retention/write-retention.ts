import type { RetentionRules } from "@electrum-vouchers/core/ports";
import type { Connection, Statement } from "../server-connections.ts";
import { fromColumnText, toColumnText } from "../texts.ts";

export interface RedactableTransaction {
  readonly rowId: number;
  readonly record: string;
}

const DELETE: Statement = {
  name: "delete-transactions",
  text: `WITH gone AS (
      DELETE FROM transactions WHERE row_id = ANY($1::bigint[]) RETURNING state, needs_attention
    ),
    journal_gone AS (DELETE FROM journal WHERE row_id = ANY($1::bigint[])),
    deliveries_gone AS (DELETE FROM deliveries WHERE row_id = ANY($1::bigint[])),
    schedule_gone AS (DELETE FROM schedule WHERE row_id = ANY($1::bigint[]))
    INSERT INTO state_counts (state, needs_attention, count)
    SELECT state, needs_attention, -count(*) FROM gone GROUP BY state, needs_attention`,
};

/** Deletes transactions and every trace of them, within the transaction that is open. */
export async function deleteTransactions(connection: Connection, rowIds: readonly number[]): Promise<void> {
  if (rowIds.length > 0) await connection.run(DELETE, [rowIds]);
}

interface EntryRow {
  readonly row_id: number;
  readonly version: number;
  readonly entry: string;
}

const READ_ENTRIES: Statement = {
  name: "read-entries",
  text: "SELECT row_id, version, entry FROM journal WHERE row_id = ANY($1::bigint[]) ORDER BY row_id, version",
};

const SET_RECORDS: Statement = {
  name: "set-records",
  text: `UPDATE transactions t SET redacted = true, to_hand_over = false, record = i.record
    FROM unnest($1::bigint[], $2::text[]) AS i (row_id, record) WHERE t.row_id = i.row_id`,
};

const SET_ENTRIES: Statement = {
  name: "set-entries",
  text: `UPDATE journal SET entry = i.entry
    FROM unnest($1::bigint[], $2::integer[], $3::text[]) AS i (row_id, version, entry)
    WHERE journal.row_id = i.row_id AND journal.version = i.version`,
};

/** Redacts transactions, each with its whole journal or not at all. Gives those that could be redacted. */
export async function redactTransactions(
  connection: Connection,
  transactions: readonly RedactableTransaction[],
  rules: RetentionRules,
): Promise<ReadonlySet<number>> {
  if (transactions.length === 0) return new Set();
  const journal = await connection.run<EntryRow>(READ_ENTRIES, [transactions.map(({ rowId }) => rowId)]);
  const journals = Map.groupBy(journal, ({ row_id }) => row_id);
  const redacted = transactions.flatMap(({ rowId, record }) => {
    const rows = journals.get(rowId) ?? [];
    const texts = rules.redact({ record, entries: rows.map(({ entry }) => fromColumnText(entry)) });
    if (texts.isErr() || texts.value.entries.length !== rows.length) return [];
    const entries = texts.value.entries.map((entry, index) => ({ rowId, version: rows[index]?.version ?? 0, entry }));
    return [{ rowId, record: texts.value.record, entries }];
  });
  const entries = redacted.flatMap((each) => each.entries);
  await connection.run(SET_RECORDS, [
    redacted.map(({ rowId }) => rowId),
    redacted.map(({ record }) => toColumnText(record)),
  ]);
  await connection.run(SET_ENTRIES, [
    entries.map(({ rowId }) => rowId),
    entries.map(({ version }) => version),
    entries.map(({ entry }) => toColumnText(entry)),
  ]);
  return new Set(redacted.map(({ rowId }) => rowId));
}
