import { join } from "node:path";
import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Change } from "@electrum-vouchers/core/ports";
import Database from "better-sqlite3";

/** The adapter's own tables, written by hand: the same rows as its commit writes, and nothing else. */
export interface SameRows {
  /** One change, one transaction, one fsync. */
  save(change: Change): void;
  close(): void;
}

const WRITTEN = `version = version + 1, commit_id = ?, kind = ?, state = ?, needs_attention = ?, to_hand_over = ?, committed_at = ?,
  boot = ?, boot_ms = ?,
  due_at = ?, due_work = ?, due_description = ?, queue = ?, client = ?, owner = ?, terminal = ?, amount = ?, currency = ?,
  correlation = ?, record = ?`;

/** As long as the id of a process, which the adapter writes. */
const BOOT = 0xffffffffffff;
const OWNER = "00000000-0000-4000-8000-000000000000";

export async function openSameRows(folder: string): Promise<SameRows> {
  const path = join(folder, "same-rows.db");
  (await openSqliteOutbox({ path })._unsafeUnwrap().close())._unsafeUnwrap();
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  const find = database.prepare<[string], { row_id: number; version: number }>(
    "SELECT row_id, version FROM transactions WHERE id = ?",
  );
  const insert = database.prepare(
    `INSERT INTO transactions
       (commit_id, kind, state, needs_attention, to_hand_over, committed_at, boot, boot_ms, due_at, due_work, due_description, queue, client, owner,
        terminal, amount, currency, correlation, record, finished_at, id, version)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
  );
  const step = database.prepare(`UPDATE transactions SET ${WRITTEN} WHERE row_id = ?`);
  const finish = database.prepare(`UPDATE transactions SET ${WRITTEN}, finished_at = ? WHERE row_id = ?`);
  const append = database.prepare(
    "INSERT INTO journal (row_id, version, state, needs_attention, commit_id, entry) VALUES (?, ?, ?, ?, ?, ?)",
  );

  function write(before: { row_id: number } | undefined, change: Change): number | bigint {
    const written = writtenOf(change);
    const finishedAt = change.final ? change.at : null;
    if (before === undefined) return insert.run(...written, finishedAt, change.id).lastInsertRowid;
    const { row_id: rowId } = before;
    if (change.final) finish.run(...written, finishedAt, rowId);
    else step.run(...written, rowId);
    return rowId;
  }

  const save = database.transaction((change: Change) => {
    const { commitId = null, state, needsAttention, entry, expectedVersion } = change;
    const before = find.get(change.id);
    if ((before?.version ?? 0) !== expectedVersion) throw new RangeError("another writer was first");
    const rowId = write(before, change);
    append.run(rowId, expectedVersion + 1, state, needsAttention ? 1 : 0, commitId, entry);
  }).immediate;
  return {
    save,
    close: () => {
      database.close();
    },
  };
}

/** What each change writes, in the order of the columns. */
function writtenOf(change: Change): readonly (string | number | null)[] {
  const { commitId = null, kind, state, at, due, labels = {}, record } = change;
  const attention = change.needsAttention ? 1 : 0;
  const { at: dueAt = null, work = null, description = null } = due ?? {};
  const { queue = null, client = null, terminal = null, correlation = null } = labels;
  const { amount = null, currency = null } = labels.amount ?? {};
  const own = [queue, client, OWNER, terminal, amount, currency, correlation];
  return [
    commitId,
    kind,
    state,
    attention,
    change.toHandOver === true ? 1 : 0,
    at,
    BOOT,
    at,
    dueAt,
    work,
    description,
    ...own,
    record,
  ];
}
