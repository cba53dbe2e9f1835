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
  /** How many records at most are worked on at once. */
  readonly concurrency: number;
  /** How long the lease of a record must still last when the work on it begins. */
  readonly leaseMs: number;
  /** How long work may be overdue before it is claimed: the time its first owner is left to do it. */
  readonly graceMs: number;
  /** Whether more may be taken up now. Default: as many as `concurrency` leaves. */
  capacity?(): Capacity;
  handle(record: ClaimedRecord, current: VersionedTransaction): Promise<void>;
  readonly reportAlert: AlertReporter;
}

export interface Capacity {
  /** How many may be taken up. Where that is fewer than `concurrency`, nothing is claimed ahead. */
  readonly limit: number;
  /** Where none may: how long to wait before asking again. Absent: until something is notified. */
  readonly waitMs?: number;
}

export interface ClaimLoop {
  /** Something may be due earlier than the loop knows. */
  notify(): void;
  /** Claims nothing more; resolves once what is under way has ended. */
  stop(): Promise<void>;
}

/**
 * The loop sleeps until the next work is due, or is told of new work. It looks by itself this often all the same: another
 * process on the same outbox may have died with work that nobody told us of.
 */
const MAX_SLEEP_MS = 60_000;

/** How long to leave an outbox alone that did not answer. */
const UNAVAILABLE_BACKOFF_MS = 1_000;

/** What cannot be read now will not be readable soon; a person has been alerted. */
const DAMAGED_BACKOFF_MS = 60 * 60 * 1000;

/**
 * Where a place is free, as many are claimed ahead as twice all places, so that a claim brings many. So memory is bounded by the
 * places, whatever the backlog.
 */
const PREFETCH_FACTOR = 2;

/**
 * How long a record that was claimed ahead may wait for its place. After that it is given back: others may have one. They find it
 * when they next look, since nobody tells them.
 */
const PREFETCH_LEASE_MS = 5_000;

/** Claims due work and hands it out, oldest first, a bounded number at a time. A quiet outbox is not polled. */
export function startClaimLoop(options: ClaimLoopOptions): ClaimLoop {
  const { clock, reportAlert, concurrency } = options;
  const pool = createWorkerPool({
    slots: concurrency,
    work: (record) =>
      handle(options, record).catch((error: unknown) => reportAlert(toUnexpectedAlert(record.id, error))),
    onSlotFree: () => loop.notify(),
  });
  const loop = startPollLoop({ clock, poll, maxSleepMs: MAX_SLEEP_MS });

  /** Begins what waits and claims what is due; gives how long to wait before looking again. */
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
    // Whoever ends notifies, so that a full loop need not look by itself.
    const waitMs =
      limit === 0
        ? (gate.waitMs ?? Number.POSITIVE_INFINITY)
        : await claim(isOpen ? limit + PREFETCH_FACTOR * concurrency : limit);
    const [oldest] = pool.queued();
    return oldest === undefined ? waitMs : Math.min(waitMs, oldest.startBy + 1 - clock.now());
  }

  /** Claims so many; gives how long to wait before claiming more. */
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
    // What was claimed while the till stopped is given back with its leases.
    if (loop.isStopping()) return 0;
    pool.add(records.map((record) => ({ record, notBefore: record.due.at + graceMs, startBy })));
    pool.dispatch(clock.now());
    // Where the claim took so long that there is no time left, or the clock was set back meanwhile, the next look gives them back.
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
