import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { Claimed, ClaimedRecord, ClaimRequest, Postponement, Release, Work } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import type { Numbers } from "./numbers.ts";
import { VALUES, STORED, type StoredRow, storedOf, VALUE } from "./rows.ts";

/** A due transaction that may be claimed. */
interface Candidate {
  readonly number: number;
  readonly due_at: Instant;
}

/** Leases and postponements: what keeps a due transaction from being claimed. None of it must survive a loss of power. */
export interface Holds {
  claim(request: ClaimRequest): Claimed;
  postpone(postponements: readonly Postponement[]): void;
  release(release: Release): void;
}

export function createHolds(database: Database, numbers: Numbers): Holds {
  const postpone = database.prepare<[until: Instant, why: string, id: Uuid, version: number]>(
    `INSERT INTO holds (number, work, until, postponed, why)
     SELECT number, due_work, max(due_at, ?), 1, ? FROM transactions
     WHERE id = ? AND version = ? AND due_work IS NOT NULL
     ON CONFLICT DO UPDATE SET until = excluded.until, worker = NULL, postponed = postponed + 1, why = excluded.why`,
  );
  const FREE = "UPDATE holds SET worker = NULL, until = (SELECT due_at FROM transactions WHERE number = holds.number)";
  const releaseAll = database.prepare<[worker: string]>(`${FREE} WHERE worker = ?`);
  const releaseSome = database.prepare<[worker: string, records: string]>(
    `${FREE} WHERE worker = ? AND number IN (
       SELECT number FROM json_each(?)
       CROSS JOIN transactions ON transactions.id = value ->> 'id' AND version = value ->> 'version')`,
  );

  return {
    claim: createClaim(database, numbers),
    postpone: database.transaction((postponements: readonly Postponement[]) => {
      for (const { id, version, until, why } of postponements) postpone.run(until, why, id, version);
    }).immediate,
    release: ({ worker, records }) => {
      if (records === undefined) releaseAll.run(worker);
      else releaseSome.run(worker, JSON.stringify(records.map(({ id, version }) => ({ id, version }))));
    },
  };
}

function createClaim(database: Database, numbers: Numbers): (request: ClaimRequest) => Claimed {
  // In the order of the index: what is held is passed over, what is not yet due is not looked at.
  const due = database.prepare<[Work, Instant, Instant, number], Candidate>(
    `SELECT number, due_at FROM transactions
     WHERE due_work = ${VALUE} AND due_at <= ${VALUE}
       AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.number = transactions.number AND until > ${VALUE})
     ORDER BY due_at, number LIMIT ${VALUE}`,
  );
  // A hold never ends before the work is due, so that its end alone says from when the transaction may be claimed.
  const lease = database.prepare<[until: Instant, worker: string, numbers: string]>(
    `INSERT INTO holds (number, work, until, worker)
     SELECT number, due_work, max(due_at, ?), ? FROM transactions WHERE number IN ${VALUES}
     ON CONFLICT DO UPDATE SET until = excluded.until, worker = excluded.worker`,
  );
  const read = database.prepare<[numbers: string], StoredRow & { readonly postponed: number; readonly number: number }>(
    // In the order of the numbers: a cross join is never turned round.
    `SELECT number, ${STORED}, postponed
     FROM ${VALUES} CROSS JOIN transactions ON transactions.number = value CROSS JOIN holds USING (number)`,
  );
  const nextFree = database
    .prepare<[Work], Instant>(
      `SELECT due_at FROM transactions
       WHERE due_work = ${VALUE}
         AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.number = transactions.number)
       ORDER BY due_at LIMIT 1`,
    )
    .pluck();
  const nextHeld = database
    .prepare<[Work], Instant | null>(`SELECT min(until) FROM holds WHERE work = ${VALUE}`)
    .pluck();

  function take(chosen: readonly number[], until: Instant, worker: string): readonly ClaimedRecord[] {
    if (chosen.length === 0) return [];
    const these = JSON.stringify(chosen);
    lease.run(until, worker, these);
    const rows = read.all(these);
    for (const { id, number } of rows) numbers.remember(id, number);
    return rows.flatMap(claimedOf);
  }

  return database.transaction(({ worker, work, now, until, limit }: ClaimRequest): Claimed => {
    const works = [...new Set(work)];
    const oldest = works
      .flatMap((each) => due.all(each, now, now, limit))
      .toSorted(byAge)
      .slice(0, limit);
    const records = take(
      oldest.map(({ number }) => number),
      until,
      worker,
    );
    const next = works.flatMap((each) => [nextFree.get(each), nextHeld.get(each)]).filter(isInstant);
    return next.length === 0 ? { records } : { records, nextDueAt: Math.min(...next) };
  }).immediate;
}

const byAge = (left: Candidate, right: Candidate): number =>
  left.due_at === right.due_at ? left.number - right.number : left.due_at - right.due_at;

function claimedOf(row: StoredRow & { readonly postponed: number }): readonly ClaimedRecord[] {
  const { due, ...stored } = storedOf(row);
  return due === undefined ? [] : [{ ...stored, due, postponed: row.postponed }];
}

const isInstant = (instant: Instant | null | undefined): instant is Instant => typeof instant === "number";
