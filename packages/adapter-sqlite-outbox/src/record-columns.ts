// The columns beside a record, compared with what the record says. The record bears a checksum, its columns do not: another program, or a
// fault of this one, may have changed them. A `due_at` in the year 3000 is a reversal that is never sent, and a `finished_at` on an open sale
// is a sale that retention deletes.
//
// Rules
// 1. The record wins. A record that cannot be read proves nothing, and its columns are left as they are. But it needs attention.
// 2. A transaction is finished when the commit was made that finished it, or when retention was last run before that, if the clock was behind.
//    So `finished_at` is not before `committed_at`, or it is nothing.
// 3. The newest journal entry has two of the columns as well, and the counts by state come from there: they are corrected along.
// 4. Rows are read and corrected in one transaction. The version stays: what was claimed or is being committed goes on.
//
// What it does not know: who committed a record and when, whether it was redacted, and its exclusive key. No record says these.

import { columnsOf, decodeStored, type Instant, isDamaged, type Uuid } from "@electrum-vouchers/core";
import type { Change, CorrectedRecord } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { assertOneRow } from "./errors.ts";
import type { DueRow } from "./rows.ts";
import type { StateCounts, StateKey } from "./state-counts.ts";

/** What a record says of its own columns. */
export interface Columns extends DueRow, StateKey {
  readonly kind: Change["kind"];
  readonly to_hand_over: 0 | 1;
  readonly finished_at: Instant | null;
  readonly queue: string | null;
  readonly client: string | null;
  readonly terminal: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly correlation: string | null;
}

/** A row with its columns, its record, and what both are compared by. */
export interface ColumnsRow extends Columns {
  readonly row_id: number;
  readonly id: Uuid;
  readonly version: number;
  readonly committed_at: Instant;
  readonly record: string;
  /** Of the store: when retention was last run. */
  readonly retention_at: Instant | null;
}

const NAMES = [
  "kind",
  "state",
  "needs_attention",
  "to_hand_over",
  "finished_at",
  "due_at",
  "due_work",
  "due_description",
  "queue",
  "client",
  "terminal",
  "amount",
  "currency",
  "correlation",
] as const satisfies readonly (keyof Columns)[];

const LAST_RETENTION = "(SELECT retention_at FROM store) AS retention_at";

/** The columns of a {@link ColumnsRow}. */
export const COLUMNS_AND_RECORD: string = [
  "row_id",
  "id",
  "version",
  "committed_at",
  ...NAMES,
  "record",
  LAST_RETENTION,
].join(", ");

/** The names of the columns that contradict the record. */
export function findContradictions(row: ColumnsRow): readonly (keyof Columns)[] {
  const expected = expectedColumns(row);
  return expected === undefined ? [] : differences(row, expected);
}

const differences = (row: ColumnsRow, expected: Columns): readonly (keyof Columns)[] =>
  NAMES.filter((name) => row[name] !== expected[name]);

/** What a correction has found wrong. */
export interface Correction extends CorrectedRecord {
  /** The record cannot be read. It needs attention from now on. */
  readonly isDamaged: boolean;
}

/** Finds out whether a row's record is ours and cannot be read. */
export function createDamageCheck(database: Database): (row: Pick<ColumnsRow, "row_id" | "id" | "record">) => boolean {
  const entries = database.prepare<[rowId: number], string>("SELECT entry FROM journal WHERE row_id = ?").pluck();
  return (row) => isDamaged(row, () => entries.all(row.row_id));
}

/** Corrects the columns of rows, within the transaction that is open. Gives what was wrong, if anything was. */
export function createCorrectColumns(
  database: Database,
  stateCounts: Pick<StateCounts, "fold" | "move">,
): (rowId: number) => Correction | undefined {
  const read = database.prepare<[rowId: number], ColumnsRow>(
    `SELECT ${COLUMNS_AND_RECORD} FROM transactions WHERE row_id = ?`,
  );
  const write = database.prepare<[...(string | number | null)[]]>(
    `UPDATE transactions SET ${NAMES.map((name) => `${name} = ?`).join(", ")} WHERE row_id = ? AND +id = ?`,
  );
  const readKey = database.prepare<[rowId: number, version: number], StateKey>(
    "SELECT state, needs_attention FROM journal WHERE row_id = ? AND version = ?",
  );
  const writeKey = database.prepare<[...Key, rowId: number, version: number]>(
    "UPDATE journal SET state = ?, needs_attention = ? WHERE row_id = ? AND version = ?",
  );
  const needAttention = database.prepare<[rowId: number, id: Uuid]>(
    "UPDATE transactions SET needs_attention = 1 WHERE row_id = ? AND +id = ?",
  );
  const isDamagedRow = createDamageCheck(database);

  function correctJournal({ row_id, version }: ColumnsRow, expected: StateKey): void {
    const counted = readKey.get(row_id, version);
    if (counted === undefined || keyOf(counted).join() === keyOf(expected).join()) return;
    stateCounts.fold();
    writeKey.run(...keyOf(expected), row_id, version);
    stateCounts.move(counted, expected);
  }

  function markDamaged(row: ColumnsRow): Correction | undefined {
    if (row.needs_attention === 1 || !isDamagedRow(row)) return undefined;
    assertOneRow(needAttention.run(row.row_id, row.id).changes);
    correctJournal(row, { state: row.state, needs_attention: 1 });
    return { id: row.id, columns: ["needs_attention"], isDamaged: true };
  }

  return (rowId) => {
    const row = read.get(rowId);
    if (row === undefined) return undefined;
    const expected = expectedColumns(row);
    if (expected === undefined) return markDamaged(row);
    const columns = differences(row, expected);
    if (columns.length === 0) return undefined;
    assertOneRow(write.run(...NAMES.map((name) => expected[name]), rowId, row.id).changes);
    correctJournal(row, expected);
    return { id: row.id, columns, isDamaged: false };
  };
}

/** Nothing if the record cannot be read, or says what no column can hold. */
function expectedColumns(row: ColumnsRow): Columns | undefined {
  const said = decodeStored(row).map(columnsOf).unwrapOr(undefined);
  const { at = 0, work = null, description = null } = said?.due ?? {};
  if (said === undefined || !Number.isSafeInteger(at)) return undefined;
  const { queue, client, terminal, amount, correlation } = said.labels ?? {};
  return {
    kind: said.kind,
    state: said.state,
    needs_attention: said.needsAttention ? 1 : 0,
    to_hand_over: said.toHandOver === true ? 1 : 0,
    finished_at: said.final ? soundEnd(row) : null,
    due_at: work === null ? null : at,
    due_work: work,
    due_description: description,
    queue: textOrNull(queue),
    client: textOrNull(client),
    terminal: terminal ?? null,
    amount: amount?.amount ?? null,
    currency: amount?.currency ?? null,
    correlation: correlation ?? null,
  };
}

/** Not before the commit, and not after both the commit and the last run of retention. */
const soundEnd = ({ committed_at, finished_at, retention_at }: ColumnsRow): Instant =>
  finished_at !== null &&
  finished_at >= committed_at &&
  finished_at <= Math.max(committed_at, retention_at ?? committed_at)
    ? finished_at
    : committed_at;

type Key = [state: string, needsAttention: 0 | 1];

const keyOf = ({ state, needs_attention }: StateKey): Key => [state, needs_attention];

/** No name is the same as none. */
const textOrNull = (text: string | undefined): string | null => (text === undefined || text === "" ? null : text);
