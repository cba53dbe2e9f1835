// The columns beside a record, compared with what the record says: `columnsOf` of the core. The record bears a checksum, its columns do not:
// another program, or a fault of this one, may have changed them.
//
// Rules
// 1. The record wins. A record that cannot be read proves nothing, and its columns are left as they are. But it needs attention.
// 2. A transaction is finished when the commit was made that finished it, or when retention was last run before that, if the clock was behind.
//    So `finished_at` is not before `committed_at`, or it is nothing.
// 3. What the schedule says follows from the columns. It is made anew with them, or if it is not there.
// 4. A row is read again under its lock before it is corrected. The version stays: what was claimed or is being committed goes on.
//
// What it does not know: who committed a record and when, whether it was redacted, and its exclusive key. No record says these.

import { columnsOf, decodeStored, type Instant, isDamaged, type Uuid } from "@electrum-vouchers/core";
import type { Change, CorrectedRecord } from "@electrum-vouchers/core/ports";
import { recount } from "../counts.ts";
import { MATCHES, remakeRowsWithin } from "../schedule/fill.ts";
import type { Connection, Statement } from "../server-connections.ts";
import type { DueColumns } from "../stored-row.ts";
import { fromColumnText, toColumnText, toColumnTextOrNull } from "../texts.ts";

/** What a record says of its own columns. */
interface SaidColumns extends DueColumns {
  readonly kind: Change["kind"];
  readonly state: string;
  readonly needs_attention: boolean;
  readonly to_hand_over: boolean;
  readonly finished_at: Instant | null;
  readonly queue: string;
  readonly client: string;
  readonly terminal: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly correlation: string | null;
}

/** A row with its columns, its record, and what both are compared by. */
export interface ComparedRow extends SaidColumns {
  readonly row_id: number;
  readonly id: Uuid;
  readonly version: number;
  readonly committed_at: Instant;
  readonly is_scheduled: boolean;
  /** Of the store: when retention was last run. */
  readonly retention_at: Instant | null;
  readonly record: string;
}

/** Each column, with its type. */
const TYPES = {
  kind: "text",
  state: "text",
  needs_attention: "boolean",
  to_hand_over: "boolean",
  finished_at: "bigint",
  due_at: "bigint",
  due_work: "text",
  due_description: "text",
  queue: "text",
  client: "text",
  terminal: "text",
  amount: "bigint",
  currency: "text",
  correlation: "text",
} as const satisfies Readonly<Record<keyof SaidColumns, string>>;

const NAMES = [
  ...([
    "kind",
    "state",
    "needs_attention",
    "to_hand_over",
    "finished_at",
    "due_at",
    "due_work",
    "due_description",
  ] as const),
  ...(["queue", "client", "terminal", "amount", "currency", "correlation"] as const),
];

/** The columns of a {@link ComparedRow}. */
export const COMPARED_COLUMNS: string = [
  ...["row_id", "id", "version", "committed_at", ...NAMES, "record"].map((name) => `t.${name}`),
  `(NOT t.is_open OR t.due_at IS NULL OR coalesce((SELECT true FROM schedule s WHERE ${MATCHES}), false)) AS is_scheduled`,
  "(SELECT retention_at FROM store) AS retention_at",
].join(", ");

/** The names of the columns that contradict the record; `schedule` stands for the row that says when it may be claimed. */
export function findWrongColumns(row: ComparedRow): readonly string[] {
  const said = columnsSaidBy(row);
  const wrong = said === undefined ? [] : NAMES.filter((name) => row[name] !== said[name]);
  return row.is_scheduled ? wrong : [...wrong, "schedule"];
}

const READ_ENTRIES: Statement = {
  name: "read-journals",
  text: "SELECT row_id, entry FROM journal WHERE row_id = ANY($1::bigint[]) ORDER BY row_id, version",
};

type RunStatement = Pick<Connection, "run">;

/** The entries of journals, oldest first, by row. Deliveries are not among them. */
export async function readJournals(
  connection: RunStatement,
  rowIds: readonly number[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const rows = await connection.run<{ row_id: number; entry: string }>(READ_ENTRIES, [rowIds]);
  const journals = Map.groupBy(rows, ({ row_id }) => row_id);
  return new Map([...journals].map(([rowId, entries]) => [rowId, entries.map(({ entry }) => fromColumnText(entry))]));
}

/** The rows whose record is ours and cannot be read. */
export async function findDamagedRows(
  connection: RunStatement,
  rows: readonly ComparedRow[],
): Promise<ReadonlySet<number>> {
  const unreadable = rows.filter(({ id, record }) => decodeStored({ id, record: fromColumnText(record) }).isErr());
  if (unreadable.length === 0) return new Set();
  const journals = await readJournals(
    connection,
    unreadable.map(({ row_id }) => row_id),
  );
  const damaged = unreadable.filter(({ row_id, id, record }) =>
    isDamaged({ id, record: fromColumnText(record) }, () => journals.get(row_id) ?? []),
  );
  return new Set(damaged.map(({ row_id }) => row_id));
}

const READ: Statement = {
  name: "read-compared",
  text: `SELECT ${COMPARED_COLUMNS} FROM transactions t WHERE t.row_id = ANY($1::bigint[]) ORDER BY t.id FOR NO KEY UPDATE OF t`,
};

const CORRECT: Statement = {
  name: "correct-columns",
  text: `UPDATE transactions SET ${NAMES.map((name, index) => `${name} = $${index + 2}::${TYPES[name]}`).join(", ")} WHERE row_id = $1`,
};

const NEED_ATTENTION: Statement = {
  name: "need-attention",
  text: "UPDATE transactions SET needs_attention = true WHERE row_id = $1",
};

/** Corrects the columns of rows, within the transaction that is open. Gives what was wrong. */
export async function correctRows(
  connection: Connection,
  rowIds: readonly number[],
): Promise<readonly CorrectedTransaction[]> {
  if (rowIds.length === 0) return [];
  const rows = await connection.run<ComparedRow>(READ, [rowIds]);
  const damaged = await findDamagedRows(
    connection,
    rows.filter(({ needs_attention }) => !needs_attention),
  );
  const corrected: CorrectedTransaction[] = [];
  for (const row of rows.toSorted((left, right) => left.row_id - right.row_id)) {
    const isDamagedRow = damaged.has(row.row_id);
    const columns = isDamagedRow ? ["needs_attention"] : findWrongColumns(row);
    if (columns.length === 0) continue;
    if (isDamagedRow) await connection.run(NEED_ATTENTION, [row.row_id]);
    const said = columnsSaidBy(row);
    if (said !== undefined) await connection.run(CORRECT, [row.row_id, ...NAMES.map((name) => said[name])]);
    corrected.push({ id: row.id, row_id: row.row_id, columns, isDamaged: isDamagedRow });
  }
  if (corrected.length > 0) {
    await remakeRowsWithin(
      connection,
      corrected.map(({ row_id }) => row_id),
    );
    await recount(connection);
  }
  return corrected;
}

export interface CorrectedTransaction extends CorrectedRecord {
  readonly row_id: number;
  /** The record cannot be read. It needs attention from now on. */
  readonly isDamaged: boolean;
}

/** Nothing if the record cannot be read, or says what no column can hold. */
function columnsSaidBy(row: ComparedRow): SaidColumns | undefined {
  const { id, record } = row;
  const said = decodeStored({ id, record: fromColumnText(record) })
    .map(columnsOf)
    .unwrapOr(undefined);
  const { at = 0, work = null, description = null } = said?.due ?? {};
  if (said === undefined || !Number.isSafeInteger(at)) return undefined;
  const { queue = "", client = "", terminal, amount, correlation } = said.labels ?? {};
  return {
    kind: said.kind,
    state: toColumnText(said.state),
    needs_attention: said.needsAttention,
    to_hand_over: said.toHandOver === true,
    finished_at: said.final ? soundEnd(row) : null,
    due_at: work === null ? null : at,
    due_work: work,
    due_description: toColumnTextOrNull(description),
    queue: toColumnText(queue),
    client: toColumnText(client),
    terminal: toColumnTextOrNull(terminal),
    amount: amount?.amount ?? null,
    currency: toColumnTextOrNull(amount?.currency),
    correlation: toColumnTextOrNull(correlation),
  };
}

/** Not before the commit, and not after both the commit and the last run of retention. */
const soundEnd = ({ committed_at, finished_at, retention_at }: ComparedRow): Instant =>
  finished_at !== null &&
  finished_at >= committed_at &&
  finished_at <= Math.max(committed_at, retention_at ?? committed_at)
    ? finished_at
    : committed_at;
