import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { Change, CommitConflict, KeyTaken, Labels } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { err, ok, type Result } from "neverthrow";
import type { BootClock } from "./boot-clock.ts";
import { assertOneRow } from "./errors.ts";
import { createExclusiveKeys } from "./exclusive-keys.ts";
import { createNumbers } from "./numbers.ts";
import type { RecentCommit } from "./recent-commits.ts";
import type { RowIdCache } from "./rowid-cache.ts";
import { type DueRow, STORED_COLUMNS, type StoredRow, storedOf } from "./rows.ts";

/** What a commit needs to know of the transaction that it changes. */
interface CurrentRow {
  readonly row_id: number;
  readonly version: number;
  readonly finished_at: Instant | null;
}

/** The columns that every change writes. Bound by position, which is faster than by name. */
type ChangeColumns = [
  commitId: Uuid | null,
  kind: Change["kind"],
  state: string,
  needsAttention: 0 | 1,
  toHandOver: 0 | 1,
  committedAt: Instant,
  boot: number,
  bootMs: number,
  dueAt: Instant | null,
  dueWork: DueRow["due_work"],
  dueDescription: string | null,
  ...LabelColumns,
  record: string,
];

type LabelColumns = [
  queue: string | null,
  client: string | null,
  owner: string,
  terminal: string | null,
  amount: number | null,
  currency: string | null,
  correlation: string | null,
];

const COLUMNS = [
  "commit_id",
  "kind",
  "state",
  "needs_attention",
  "to_hand_over",
  "committed_at",
  "boot",
  "boot_ms",
  "due_at",
  "due_work",
  "due_description",
  "queue",
  "client",
  "owner",
  "terminal",
  "amount",
  "currency",
  "correlation",
  "record",
];

/** Who commits, and the clock that says when, whatever the wall clock says. */
export interface Writer {
  readonly id: string;
  readonly bootClock: BootClock;
}

/** Applies changes within an open SQLite transaction. */
export interface ApplyChange {
  /** Before the first change of each transaction. */
  begin(): void;
  /** Gives what was written, or nothing if this very commit was written before. */
  apply(change: Change): Result<RecentCommit | undefined, CommitConflict | KeyTaken>;
}

export function createApplyChange(database: Database, rowIds: RowIdCache, writer: Writer): ApplyChange {
  const numbers = createNumbers(database);
  const keys = createExclusiveKeys(database);
  const find = createFind(database, rowIds);
  const write = createWrite(database, writer);
  const load = database.prepare<[Uuid], StoredRow>(`SELECT ${STORED_COLUMNS} FROM transactions WHERE id = ?`);
  const commitIdOf = database
    .prepare<[rowId: number, version: number], Uuid | null>(
      "SELECT commit_id FROM journal WHERE row_id = ? AND version = ?",
    )
    .pluck();
  const append = database.prepare<
    [
      ...[position: number, rowId: number, version: number, state: string, needsAttention: 0 | 1],
      ...[commitId: Uuid | null, entry: string],
    ]
  >(
    `INSERT INTO journal (position, row_id, version, state, needs_attention, commit_id, entry)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );

  /** The stored version is not the one that the change expects: this very commit was written before, or another writer was first. */
  function refuse({ id, commitId, expectedVersion }: Change, before: CurrentRow | undefined) {
    const written = before === undefined ? undefined : commitIdOf.get(before.row_id, expectedVersion + 1);
    if (commitId !== undefined && written === commitId) return ok(undefined);
    const winner = load.get(id);
    return err<undefined, CommitConflict>(
      winner === undefined ? { type: "conflict" } : { type: "conflict", winner: storedOf(winner) },
    );
  }

  return {
    begin: numbers.begin,
    apply: (change) => {
      const before = find(change.id);
      if ((before?.version ?? 0) !== change.expectedVersion) return refuse(change, before);
      const taken = keys.findOtherHolder(change);
      if (taken !== undefined) return err(taken);

      const { id, state, entry, due, labels, commitId = null, exclusiveKey } = change;
      const rowId = write(before, change, numbers.nextRowId);
      if (exclusiveKey !== undefined) keys.set(rowId, exclusiveKey);
      const version = change.expectedVersion + 1;
      const position = numbers.nextPosition();
      append.run(position, rowId, version, state, change.needsAttention ? 1 : 0, commitId, entry);
      rowIds.remember(id, rowId);
      return ok({
        position,
        row_id: rowId,
        version,
        due_at: due?.at ?? null,
        due_work: due?.work ?? null,
        queue: labels?.queue ?? null,
        client: labels?.client ?? null,
        owner: writer.id,
        committed_at: change.at,
      });
    },
  };
}

function createFind(database: Database, rowIds: RowIdCache): (id: Uuid) => CurrentRow | undefined {
  const FIND = "SELECT row_id, version, finished_at FROM transactions";
  const findById = database.prepare<[Uuid], CurrentRow>(`${FIND} WHERE id = ?`);
  const findByRowId = database.prepare<[rowId: number, id: Uuid], CurrentRow>(`${FIND} WHERE row_id = ? AND +id = ?`);
  return (id) => {
    const rowId = rowIds.get(id);
    return (rowId === undefined ? undefined : findByRowId.get(rowId, id)) ?? findById.get(id);
  };
}

/** Writes the row of a transaction; gives its row id. */
function createWrite(
  database: Database,
  writer: Writer,
): (before: CurrentRow | undefined, change: Change, nextRowId: () => number) => number {
  // A clock that was behind must not make old what has ended now. So nothing has ended before the last run of retention.
  const FINISHED_AT = `max(?, ifnull((SELECT retention_at FROM store), ${Number.MIN_SAFE_INTEGER}))`;
  const insert = database.prepare<[...ChangeColumns, finishedAt: Instant | null, id: Uuid, rowId: number]>(
    `INSERT INTO transactions (${COLUMNS.join(", ")}, finished_at, id, row_id, version)
     VALUES (${COLUMNS.map(() => "?").join(", ")}, ${FINISHED_AT}, ?, ?, 1)`,
  );
  const SET_COLUMNS = `version = version + 1, ${COLUMNS.map((name) => `${name} = ?`).join(", ")}`;
  // SQLite rewrites an index whenever an UPDATE sets one of its columns, even to the same value. So a step that does not finish
  // a transaction does not set `finished_at` and `redacted`.
  const step = database.prepare<[...ChangeColumns, rowId: number, id: Uuid]>(
    `UPDATE transactions SET ${SET_COLUMNS} WHERE row_id = ? AND +id = ?`,
  );
  const finish = database.prepare<[...ChangeColumns, finishedAt: Instant | null, rowId: number, id: Uuid]>(
    `UPDATE transactions SET ${SET_COLUMNS}, redacted = 0, finished_at = ${FINISHED_AT} WHERE row_id = ? AND +id = ?`,
  );

  return (before, change, nextRowId) => {
    const { id, final, at } = change;
    const columns = columnsOf(change, writer);
    const finishedAt = final ? at : null;
    if (before === undefined) {
      const rowId = nextRowId();
      insert.run(...columns, finishedAt, id, rowId);
      return rowId;
    }
    const { row_id: rowId } = before;
    const { changes } =
      final || before.finished_at !== null
        ? finish.run(...columns, finishedAt, rowId, id)
        : step.run(...columns, rowId, id);
    assertOneRow(changes);
    return rowId;
  };
}

function columnsOf(
  { commitId, kind, state, needsAttention, toHandOver, at, due, labels, record }: Change,
  { id, bootClock }: Writer,
): ChangeColumns {
  const { at: dueAt = null, work = null, description = null } = due ?? {};
  const attention = needsAttention ? 1 : 0;
  const own = labelColumnsOf(labels, id);
  const boot = [bootClock.boot, bootClock.readMs()] as const;
  return [
    commitId ?? null,
    kind,
    state,
    attention,
    toHandOver === true ? 1 : 0,
    at,
    ...boot,
    dueAt,
    work,
    description,
    ...own,
    record,
  ];
}

const labelColumnsOf = ({ queue, client, terminal, amount, correlation }: Labels = {}, owner: string): LabelColumns => [
  textOrNull(queue),
  textOrNull(client),
  owner,
  terminal ?? null,
  amount?.amount ?? null,
  amount?.currency ?? null,
  correlation ?? null,
];

/** No name is the same as none. */
const textOrNull = (text: string | undefined): string | null => (text === undefined || text === "" ? null : text);
