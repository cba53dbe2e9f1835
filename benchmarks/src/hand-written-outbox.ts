import { join } from "node:path";
import type { Uuid } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import Database from "better-sqlite3";

/** The bare parts: the same rows, written by hand over better-sqlite3, durable in the same way. */
export interface HandWrittenOutbox {
  /** One change, one transaction, one fsync. */
  save(change: Change): void;
  /** Many changes, one transaction, one fsync. */
  saveAll(changes: readonly Change[]): void;
  /** The record of a stored transaction. */
  load(id: Uuid): string;
  /** Claims the oldest due, for `until`, and gives their records. */
  claim(limit: number, now: number, until: number): readonly ClaimedByHand[];
  close(): void;
}

export interface ClaimedByHand {
  readonly id: Uuid;
  readonly version: number;
  readonly record: string;
}

const SCHEMA = `
  CREATE TABLE records (
    row_id INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER,
    due_work TEXT,
    leased_until INTEGER NOT NULL DEFAULT 0,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX records_due ON records (due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE journal (row_id INTEGER NOT NULL, version INTEGER NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (row_id, version)) STRICT;
`;

export function openHandWrittenOutbox(folder: string): HandWrittenOutbox {
  const database = new Database(join(folder, "by-hand.db"));
  database.pragma("journal_mode = WAL");
  database.exec(SCHEMA);
  database.pragma("synchronous = FULL");
  const find = database.prepare<[string], { row_id: number; version: number }>(
    "SELECT row_id, version FROM records WHERE id = ?",
  );
  const insert = database.prepare(
    "INSERT INTO records (id, version, state, due_at, due_work, record) VALUES (?, 1, ?, ?, ?, ?)",
  );
  const update = database.prepare(
    "UPDATE records SET version = version + 1, state = ?, due_at = ?, due_work = ?, leased_until = 0, record = ? WHERE row_id = ?",
  );
  const append = database.prepare("INSERT INTO journal (row_id, version, entry) VALUES (?, ?, ?)");
  const due = database.prepare<[number, number, number], ClaimedByHand & { readonly row_id: number }>(
    "SELECT row_id, id, version, record FROM records WHERE due_at <= ? AND leased_until <= ? ORDER BY due_at, row_id LIMIT ?",
  );
  const lease = database.prepare("UPDATE records SET leased_until = ? WHERE row_id = ?");

  function applyChange({ id, expectedVersion, state, due: next, record, entry }: Change): void {
    const before = find.get(id);
    if ((before?.version ?? 0) !== expectedVersion) throw new RangeError("another writer was first");
    const dueAt = next?.at ?? null;
    const work = next?.work ?? null;
    if (before === undefined) {
      append.run(insert.run(id, state, dueAt, work, record).lastInsertRowid, 1, entry);
    } else {
      update.run(state, dueAt, work, record, before.row_id);
      append.run(before.row_id, expectedVersion + 1, entry);
    }
  }

  const load = database.prepare<[string], string>("SELECT record FROM records WHERE id = ?").pluck();
  const save = database.transaction(applyChange);
  const saveAll = database.transaction((changes: readonly Change[]) => changes.forEach(applyChange));
  const claim = database.transaction((limit: number, now: number, until: number) => {
    const rows = due.all(now, now, limit);
    for (const { row_id: rowId } of rows) lease.run(until, rowId);
    return rows;
  });
  return {
    save: save.immediate,
    saveAll: saveAll.immediate,
    load: (id) => {
      const record = load.get(id);
      if (record === undefined) throw new RangeError("it is there");
      return record;
    },
    claim: claim.immediate,
    close: () => {
      database.close();
    },
  };
}
