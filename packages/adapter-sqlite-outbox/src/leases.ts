// Leases and postponements: what keeps a due transaction from being claimed.
//
//   due ── claim ──▶ leased by a worker until t ── commit ──▶ no lease (the commit deletes it)
//    ▲                    │        │
//    ├── release, t ◀─────┘        └── postpone ──▶ put off until t
//    └── t ◀───────────────────────────────────────────┘
//
// Rules
// 1. A lease is advisory. It spares work that two workers would do twice; it protects nothing. The version does: of two workers
//    with the same record, the second one's commit is a conflict. So a lease needs no renewal, and may be lost.
// 2. Therefore all of this runs on the relaxed connection (`connection.ts`), without an fsync. After a power loss, records may
//    be claimed sooner than they should.
// 3. A lease is a row of its own in a small table. To change the transaction's row would rewrite its record and its indexes.
// 4. No lease ends before its work is due (`max(due_at, until)`). So the ends of the leases, and the due times of the records
//    without one, say when something can next be claimed (`nextDueAt`).
// 5. A claim reads the index of due work in its order, oldest first, and passes over leased rows. Its cost grows with what is
//    due or leased, never with the history.
// 6. A release ends the lease but keeps the row, and with it the number of postponements, which the backoff depends on.
// 7. A postponed record keeps its place in the order, since it goes by `due_at`.
//
// What it does not know: what the work is, and how long a lease should last. The caller says.

import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { Claimed, ClaimedRecord, ClaimRequest, Postponement, Release, Work } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import type { RowIdCache } from "./rowid-cache.ts";
import { BOUND_LIST, STORED_COLUMNS, type StoredRow, storedOf, BOUND } from "./rows.ts";

/** A due transaction that may be claimed. */
interface Candidate {
  readonly row_id: number;
  readonly due_at: Instant;
}

/** Leases and postponements. None of this needs to survive a power loss. */
export interface Leases {
  claim(request: ClaimRequest): Claimed;
  postpone(postponements: readonly Postponement[]): void;
  release(release: Release): void;
}

export function createLeases(database: Database, rowIds: RowIdCache): Leases {
  const postpone = database.prepare<[until: Instant, reason: string, id: Uuid, version: number]>(
    `INSERT INTO leases (row_id, work, until, postponed, reason)
     SELECT row_id, due_work, max(due_at, ?), 1, ? FROM transactions
     WHERE id = ? AND version = ? AND due_work IS NOT NULL
     ON CONFLICT DO UPDATE SET until = excluded.until, worker = NULL, postponed = postponed + 1, reason = excluded.reason`,
  );
  const END_LEASE =
    "UPDATE leases SET worker = NULL, until = (SELECT due_at FROM transactions WHERE row_id = leases.row_id)";
  const releaseAll = database.prepare<[worker: string]>(`${END_LEASE} WHERE worker = ?`);
  const releaseSome = database.prepare<[worker: string, records: string]>(
    `${END_LEASE} WHERE worker = ? AND row_id IN (
       SELECT row_id FROM json_each(?)
       CROSS JOIN transactions ON transactions.id = value ->> 'id' AND version = value ->> 'version')`,
  );

  return {
    claim: createClaim(database, rowIds),
    postpone: database.transaction((postponements: readonly Postponement[]) => {
      for (const { id, version, until, reason } of postponements) postpone.run(until, reason, id, version);
    }).immediate,
    release: ({ worker, records }) => {
      if (records === undefined) releaseAll.run(worker);
      else releaseSome.run(worker, JSON.stringify(records.map(({ id, version }) => ({ id, version }))));
    },
  };
}

function createClaim(database: Database, rowIds: RowIdCache): (request: ClaimRequest) => Claimed {
  // In the order of the index: leased rows are passed over, rows that are not yet due are not read.
  const due = database.prepare<[Work, Instant, Instant, number], Candidate>(
    `SELECT row_id, due_at FROM transactions
     WHERE due_work = ${BOUND} AND due_at <= ${BOUND}
       AND NOT EXISTS (SELECT 1 FROM leases WHERE leases.row_id = transactions.row_id AND until > ${BOUND})
     ORDER BY due_at, row_id LIMIT ${BOUND}`,
  );
  // A lease never ends before the work is due, so its end alone says from when the transaction may be claimed.
  const lease = database.prepare<[until: Instant, worker: string, rowIds: string]>(
    `INSERT INTO leases (row_id, work, until, worker)
     SELECT row_id, due_work, max(due_at, ?), ? FROM transactions WHERE row_id IN ${BOUND_LIST}
     ON CONFLICT DO UPDATE SET until = excluded.until, worker = excluded.worker`,
  );
  const read = database.prepare<[rowIds: string], StoredRow & { readonly postponed: number; readonly row_id: number }>(
    // In the order of the given row ids: SQLite never reorders a cross join.
    `SELECT row_id, ${STORED_COLUMNS}, postponed
     FROM ${BOUND_LIST} CROSS JOIN transactions ON transactions.row_id = value CROSS JOIN leases USING (row_id)`,
  );
  const nextFree = database
    .prepare<[Work], Instant>(
      `SELECT due_at FROM transactions
       WHERE due_work = ${BOUND}
         AND NOT EXISTS (SELECT 1 FROM leases WHERE leases.row_id = transactions.row_id)
       ORDER BY due_at LIMIT 1`,
    )
    .pluck();
  const nextLeaseEnd = database
    .prepare<[Work], Instant | null>(`SELECT min(until) FROM leases WHERE work = ${BOUND}`)
    .pluck();

  function leaseAll(chosen: readonly number[], until: Instant, worker: string): readonly ClaimedRecord[] {
    if (chosen.length === 0) return [];
    const these = JSON.stringify(chosen);
    lease.run(until, worker, these);
    const rows = read.all(these);
    for (const { id, row_id: rowId } of rows) rowIds.remember(id, rowId);
    return rows.flatMap(claimedOf);
  }

  return database.transaction(({ worker, work, now, until, limit }: ClaimRequest): Claimed => {
    const works = [...new Set(work)];
    const oldest = works
      .flatMap((each) => due.all(each, now, now, limit))
      .toSorted(byAge)
      .slice(0, limit);
    const records = leaseAll(
      oldest.map(({ row_id }) => row_id),
      until,
      worker,
    );
    const next = works.flatMap((each) => [nextFree.get(each), nextLeaseEnd.get(each)]).filter(isInstant);
    return next.length === 0 ? { records } : { records, nextDueAt: Math.min(...next) };
  }).immediate;
}

const byAge = (left: Candidate, right: Candidate): number =>
  left.due_at === right.due_at ? left.row_id - right.row_id : left.due_at - right.due_at;

function claimedOf(row: StoredRow & { readonly postponed: number }): readonly ClaimedRecord[] {
  const { due, ...stored } = storedOf(row);
  return due === undefined ? [] : [{ ...stored, due, postponed: row.postponed }];
}

const isInstant = (instant: Instant | null | undefined): instant is Instant => typeof instant === "number";
