// The schedule: which due transactions may be claimed now, and by whom. A table of its own, and an unlogged one.
//
// Why a table of its own
// 1. Leases and postponements are written often and matter little: if one is lost, work is done sooner, or twice, and the version of the
//    record is the fence. So nobody waits for the disk for them, and they leave no trace in the write-ahead log.
// 2. A crash of the server empties the table. The first process that then claims fills it again, from the transactions.
//
// How it follows the transactions
// 3. A commit replaces the row of its transaction, in the same statement. So a lease ends with the next commit.
// 4. Each row carries the version of the transaction that it was made for. A row that does not match what is stored is made anew, never
//    trusted.
//
// What a claim costs
// 5. A transaction that is held, by a lease or a postponement, has `available_at` after `due_at`: another part of the index. When the hold
//    has ended, the next claim moves it back. So a claim reads what it gives, and a few rows for each partition, however many are stuck.
// 6. Two claimers never get the same row: a claim locks what it chooses, and passes over what is locked. The lease is in the locked row
//    itself: with leases elsewhere, a claimer that had waited would decide by what it saw before.
//
// Who lives
// 7. Which processes live is asked of the server (`session.ts`), and believed for a short time. The leases of those that do not are ended
//    when it is asked: by the same statement, so that no process is taken for dead that began after that.
//
// What it does not know: what the work is, and why it was put off.

import { randomUUID } from "node:crypto";
import {
  type Advance,
  type AheadRequest,
  type Claimed,
  type ClaimRequest,
  CLOCK_TOLERANCE_MS,
  type OutboxUnavailable,
  type Postponement,
  type Release,
  type StoredRecord,
} from "@electrum-vouchers/core/ports";
import type { Result } from "neverthrow";
import { writeDeliveries } from "../deliveries.ts";
import type { HostClock } from "../host-clock.ts";
import { repeatPatiently } from "../patience.ts";
import type { ConnectionPool } from "../server-connections.ts";
import type { Session } from "../session.ts";
import { toRecord, type TransactionRow } from "../stored-row.ts";
import { toColumnText } from "../texts.ts";
import { claimOnce, FREE_CLAIM } from "./claim.ts";
import { endHolds } from "./end-holds.ts";
import { FIND_AHEAD } from "./find-ahead.ts";
import { ADVANCE, postponeAll, RELEASE_ALL, releaseSome } from "./holds.ts";
import { fillSchedule, remakeRows } from "./fill.ts";
import { createLiving } from "./living.ts";
import { EVERY_WORK } from "./partitions.ts";

/** The calls of the port that need no durable write. */
export interface PostgresSchedule {
  claim(request: ClaimRequest): Promise<Result<Claimed, OutboxUnavailable>>;
  findAhead(request: AheadRequest): Promise<Result<readonly StoredRecord[], OutboxUnavailable>>;
  postpone(postponements: readonly Postponement[]): Promise<Result<void, OutboxUnavailable>>;
  advance(request: Advance): Promise<Result<number, OutboxUnavailable>>;
  release(release: Release): Promise<Result<void, OutboxUnavailable>>;
}

export interface ScheduleParts {
  readonly pool: ConnectionPool;
  readonly session: Session;
  readonly clock: HostClock;
  readonly patienceMs: number;
}

export function createPostgresSchedule({ pool, session, clock, patienceMs }: ScheduleParts): PostgresSchedule {
  const { instance } = session;
  const living = createLiving(pool, session);
  const patiently = <Value>(work: (attempt: number) => Promise<Value>) => repeatPatiently(patienceMs, work);

  async function claim(request: ClaimRequest, claimId: string): Promise<Claimed> {
    const others = await living.others();
    await endHolds(pool, request, request.now);
    const { rows, stale, isFilled, nextDueAt } = await claimOnce(pool, request, {
      instance,
      claimId,
      others: (request.ownerGraceMs ?? 0) === 0 ? [] : others,
    });
    if (stale.length > 0) await remakeRows(pool, stale);
    if (!isFilled) await fillSchedule(pool);
    const records = rows.flatMap((row) => {
      const { due, ...rest } = toRecord(row, clock);
      return due === undefined ? [] : [{ ...rest, due, postponed: row.postponed }];
    });
    // What was made anew may be due.
    const soonest = stale.length > 0 || !isFilled ? Math.min(request.now, nextDueAt ?? request.now) : nextDueAt;
    return { records, ...(soonest === undefined ? {} : { nextDueAt: soonest }) };
  }

  return {
    claim: (request) => {
      const claimId = randomUUID();
      return patiently(async (attempt) => {
        // If an answer was lost, what it gave is leased to this process, which does not know of it.
        if (attempt > 0) await pool.run(FREE_CLAIM, [claimId]);
        return claim(request, claimId);
      });
    },
    findAhead: ({ clients, now, limit }) =>
      patiently(async () => {
        const values = [now + CLOCK_TOLERANCE_MS, await living.others(), clients?.map(toColumnText) ?? null, limit];
        return (await pool.run<TransactionRow>(FIND_AHEAD, values)).map((row) => toRecord(row, clock));
      }),
    postpone: (postponements) =>
      patiently(async () => {
        await postponeAll(pool, postponements);
        await writeDeliveries(pool, postponements);
      }),
    advance: ({ queue, now, limit }) =>
      patiently(async () => {
        await endHolds(pool, { work: EVERY_WORK, queues: [queue] }, now);
        return (await pool.run(ADVANCE, [toColumnText(queue), now, limit])).length;
      }),
    release: ({ worker, records }) =>
      patiently(async () => {
        if (records === undefined) await pool.run(RELEASE_ALL, [instance, toColumnText(worker)]);
        else await releaseSome(pool, instance, worker, records);
      }),
  };
}
