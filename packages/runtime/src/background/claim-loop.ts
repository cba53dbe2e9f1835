// The claim loop: it claims due work from the outbox, and hands each record to a slot of the worker pool, oldest first. The
// forwarder and the recovery are both claim loops; they differ in the kind of work and in how a record is handled.
//
// Rules
// 1. A claim leases records to this worker until a given time. The lease is advisory: it keeps other workers away, and saves
//    double work. The version of the record is the fence, so a lease that ends early, or is lost in a crash, does no harm.
// 2. Work begins only while the lease still covers it, and only if the record is due by the clock as it is then. A record that
//    waited too long for its slot is released, so that another worker may take it.
// 3. More than the free slots is claimed at once (`PREFETCH_FACTOR`), since a claim of many costs little more than a claim of
//    one. Memory is bounded by the slots, whatever the backlog.
// 4. A quiet outbox is not polled. The loop sleeps until the next work is due, or until it is notified.
// 5. A record that cannot be read is postponed, with an alert, so that the others go on.
//
// What it does not know: what the work is, whether Electrum answers, and why the capacity is what it is.

import type { ClaimedRecord, Outbox, Work } from "@electrum-vouchers/core/ports";
import { type AlertReporter, toAlerts, toUnexpectedAlert } from "../alert-reporter.ts";
import type { Clock } from "../clock.ts";
import { readRecord, type VersionedTransaction } from "../engine/stored-step.ts";
import { startPollLoop } from "./poll-loop.ts";
import { createWorkerPool, isWithinLease, type QueuedRecord } from "./worker-pool.ts";

export interface ClaimLoopOptions {
  readonly outbox: Pick<Outbox, "claim" | "postpone" | "release">;
  readonly clock: Clock;
  readonly worker: string;
  readonly work: readonly Work[];
  /** The largest number of records that are worked on at once. */
  readonly concurrency: number;
  /** How long the lease of a record must still last when the work on it begins. */
  readonly leaseMs: number;
  /** How long work may be overdue before it is claimed. Its owner, who knows of it, has this time to do it. */
  readonly graceMs: number;
  /** How many records may be claimed now. Default: as many as `concurrency` leaves. */
  capacity?(): Capacity;
  handle(record: ClaimedRecord, current: VersionedTransaction): Promise<void>;
  readonly reportAlert: AlertReporter;
}

export interface Capacity {
  /** How many may be claimed. If that is fewer than `concurrency`, nothing is prefetched. */
  readonly limit: number;
  /** If none may be claimed: how long to wait before asking again. Absent: until the loop is notified. */
  readonly waitMs?: number;
}

export interface ClaimLoop {
  /** Something may be due earlier than the loop knows. */
  notify(): void;
  /** Claims nothing more. Resolves once what is under way has ended. */
  stop(): Promise<void>;
}

/** The longest sleep. Another process on the same outbox may have died with work that this one was not notified of. */
const MAX_SLEEP_MS = 60_000;

/** How long to wait before the next claim if the outbox was unavailable. */
const UNAVAILABLE_BACKOFF_MS = 1_000;

/** A damaged record will not be readable soon, and the operator has been alerted. */
const DAMAGED_BACKOFF_MS = 60 * 60 * 1000;

/** How many records are claimed beyond the free slots: this many for each slot. */
const PREFETCH_FACTOR = 2;

/** How long a prefetched record may wait for its slot before it is released. */
const PREFETCH_LEASE_MS = 5_000;

/** Starts to claim due work and to hand it out, oldest first. */
export function startClaimLoop(options: ClaimLoopOptions): ClaimLoop {
  const { clock, reportAlert, concurrency } = options;
  const pool = createWorkerPool({
    slots: concurrency,
    work: (record) =>
      handle(options, record).catch((error: unknown) => reportAlert(toUnexpectedAlert(record.id, error))),
    onSlotFree: () => loop.notify(),
  });
  const loop = startPollLoop({ clock, poll, maxSleepMs: MAX_SLEEP_MS });

  /** Dispatches what is queued, and claims what is due. Gives how long to wait before the next poll. */
  async function poll(): Promise<number> {
    const gate = options.capacity?.() ?? { limit: concurrency };
    const isOpen = gate.limit >= concurrency;
    const stale = pool.queued().filter((each) => !isOpen || !isWithinLease(each, clock.now()));
    if (stale.length > 0) {
      pool.remove(stale);
      await releaseStale(options, stale);
      return 0;
    }
    pool.dispatch(clock.now());
    const limit = Math.min(pool.freeSlots(), gate.limit);
    // A slot that becomes free notifies the loop, so a full pool needs no poll.
    const waitMs =
      limit === 0
        ? (gate.waitMs ?? Number.POSITIVE_INFINITY)
        : await claim(isOpen ? limit + PREFETCH_FACTOR * concurrency : limit);
    const [oldest] = pool.queued();
    return oldest === undefined ? waitMs : Math.min(waitMs, oldest.startBy + 1 - clock.now());
  }

  /** Claims up to `limit` records. Gives how long to wait before claiming more. */
  async function claim(limit: number): Promise<number> {
    const { outbox, worker, work, graceMs, leaseMs } = options;
    const now = clock.now();
    const startBy = now + PREFETCH_LEASE_MS;
    const claimed = await outbox.claim({ worker, work, now: now - graceMs, until: startBy + leaseMs, limit });
    if (claimed.isErr()) {
      reportAlert({ reason: "outboxUnavailable", error: claimed.error });
      return UNAVAILABLE_BACKOFF_MS;
    }
    const { records, nextDueAt = Number.POSITIVE_INFINITY } = claimed.value;
    // The till was stopped during the claim, and releases all its leases.
    if (loop.isStopping()) return 0;
    pool.add(records.map((record) => ({ record, notBefore: record.due.at + graceMs, startBy })));
    pool.dispatch(clock.now());
    // The claim took too long, or the clock was set back meanwhile: the next poll releases them.
    if (pool.queued().some((each) => !isWithinLease(each, clock.now()))) return 0;
    return records.length < limit ? nextDueAt + graceMs - clock.now() : 0;
  }

  return {
    notify: () => loop.notify(),
    stop: async () => {
      await loop.stop();
      await pool.whenIdle();
    },
  };
}

async function releaseStale(
  { outbox, worker, reportAlert }: ClaimLoopOptions,
  stale: readonly QueuedRecord[],
): Promise<void> {
  const released = await outbox.release({ worker, records: stale.map(({ record }) => record) });
  released.orTee((error) => reportAlert({ reason: "outboxUnavailable", error }));
}

async function handle(
  { outbox, clock, reportAlert, ...options }: ClaimLoopOptions,
  record: ClaimedRecord,
): Promise<void> {
  const current = readRecord(record);
  if (current.isOk()) return options.handle(record, current.value);
  const { id, version } = record;
  toAlerts(id, current.error).forEach(reportAlert);
  const until = clock.now() + DAMAGED_BACKOFF_MS;
  const postponed = await outbox.postpone({ id, version, until, reason: "the record is damaged" });
  postponed.orTee((error) => reportAlert({ reason: "outboxUnavailable", error }));
}
