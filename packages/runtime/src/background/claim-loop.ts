// The claim loop: it claims due work from the outbox, and hands each record to a slot of the worker pool. The forwarder and the
// recovery are both claim loops; they differ in the kind of work, in what they claim when, and in how a record is handled.
//
// Rules
// 1. A claim leases records to this worker until a given time. The lease is advisory: it keeps other workers away, and saves
//    double work. The version of the record is the fence, so a lease that ends early, or is lost in a crash, does no harm.
// 2. Work begins only while the lease still covers it, and only if the record is due by the clock as it is then. A record that
//    waited too long for its slot, or may no longer be started, is released, so that another worker may take it.
// 3. More than the free slots is claimed at once, since a claim of many costs little more than a claim of one. Memory is bounded
//    by the slots, whatever the backlog.
// 4. A quiet outbox is not polled. The loop sleeps until the next work is due, or until it is notified.
// 5. A record that cannot be read is postponed, with an alert, so that the others go on.
// 6. Work of another process that lives is left to it for a grace. Another process's commit, and its end, wake the loop.
// 7. Work that is due only because the wall clock was set forward is postponed, with an alert (`engine/waits.ts`).
//
// What it does not know: what the work is, whether Electrum answers, and why the plan is what it is.

import type { Uuid } from "@electrum-vouchers/core";
import type { ClaimedRecord, ClaimRequest, Outbox, OutboxUnavailable, Work } from "@electrum-vouchers/core/ports";
import { type AlertReporter, toAlerts, toUnexpectedAlert } from "../alert-reporter.ts";
import type { Clock } from "../clock.ts";
import { readRecord, type VersionedTransaction } from "../engine/stored-step.ts";
import { startPollLoop } from "./poll-loop.ts";
import { createWaits, type Waits } from "./waits.ts";
import { createWorkerPool, isWithinLease, type QueuedRecord, type Slot } from "./worker-pool.ts";

export interface ClaimLoopOptions {
  readonly outbox: Pick<Outbox, "claim" | "postpone" | "release" | "watch">;
  readonly clock: Clock;
  readonly worker: string;
  readonly work: readonly Work[];
  /** Only records of these clients, and those without a client. Default: all. */
  readonly clients?: readonly string[];
  /** The largest number of records that are worked on at once, detached ones apart. */
  readonly concurrency: number;
  /** How long the lease of a record must still last when the work on it begins. */
  readonly leaseMs: number;
  /** How long work of another process that lives may be overdue before it is claimed. */
  readonly ownerGraceMs: number;
  /** The transactions that calls in this process run: what is due on them, the calls do. Default: none. */
  active?(): readonly Uuid[];
  /** Done before each poll. */
  prepare?(): Promise<void>;
  /** What to claim now. Default: whatever is due, oldest first. */
  plan?(pool: PoolState): ClaimPlan;
  /** Whether a prefetched record may still be started. Default: it may. */
  mayStart?(record: ClaimedRecord): boolean;
  handle(record: ClaimedRecord, current: VersionedTransaction, slot: Slot): Promise<void>;
  readonly reportAlert: AlertReporter;
}

/** What the plan may be made from. */
export interface PoolState {
  readonly active: readonly ClaimedRecord[];
  readonly queued: readonly ClaimedRecord[];
  /** How many records may be claimed beyond the free slots. */
  readonly prefetch: number;
}

export interface ClaimPlan {
  /** The claims to make, one after the other. */
  readonly claims: readonly ClaimPart[];
  /** How long until the plan may be another one, if nothing happens before. Absent: only what ends or is notified changes it. */
  readonly waitMs?: number;
}

/** What of a claim the plan decides. */
export interface ClaimPart
  extends Pick<
    ClaimRequest,
    "limit" | "deliveries" | "dueSince" | "dueBefore" | "queues" | "exceptQueues" | "clients" | "exceptClients"
  > {
  /** How many of the oldest to pass over, if there are others: they are claimed, and given back at once. Default: none. */
  readonly passOver?: number;
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

/** Starts to claim due work and to hand it out. */
export function startClaimLoop(options: ClaimLoopOptions): ClaimLoop {
  const { clock, concurrency, mayStart = (): boolean => true } = options;
  const pool = createWorkerPool({
    slots: concurrency,
    work: (record, slot) => handleOrAlert(options, waits, record, slot),
    onSlotFree: () => loop.notify(),
  });
  const waits = createWaits(options);
  const loop = startPollLoop({ clock, poll, maxSleepMs: MAX_SLEEP_MS });
  const endWatch = options.outbox.watch(loop.notify);

  /** Dispatches what is queued, and claims what is due. Gives how long to wait before the next poll. */
  async function poll(): Promise<number> {
    const stale = pool.queued().filter((each) => !isWithinLease(each, clock.now()) || !mayStart(each.record));
    if (stale.length > 0) {
      pool.remove(stale);
      await release(options, stale.map(toRecord));
      return 0;
    }
    if (options.prepare !== undefined) await options.prepare();
    pool.dispatch(clock.now());
    // A slot that becomes free notifies the loop, so a full pool needs no poll.
    const waitMs = pool.freeSlots() === 0 ? Number.POSITIVE_INFINITY : await claimAsPlanned();
    const [oldest] = pool.queued();
    return oldest === undefined ? waitMs : Math.min(waitMs, oldest.startBy + 1 - clock.now());
  }

  async function claimAsPlanned(): Promise<number> {
    const queued = pool.queued().map(({ record }) => record);
    const prefetch = Math.max(PREFETCH_FACTOR * concurrency - queued.length, 0);
    const { claims, waitMs = Number.POSITIVE_INFINITY } =
      options.plan?.({ active: pool.active(), queued, prefetch }) ?? claimAnything(pool.freeSlots() + prefetch);
    let nextMs = waitMs;
    for (const part of claims) {
      // What an earlier claim brought has taken the slots that a later one was planned for.
      if (pool.freeSlots() === 0) break;
      nextMs = Math.min(nextMs, await claim(part));
      if (loop.isStopping()) break;
    }
    return nextMs;
  }

  /** Claims up to the limit. Gives how long to wait before claiming more of this part. */
  async function claim(part: ClaimPart): Promise<number> {
    const { outbox } = options;
    const now = clock.now();
    const startBy = now + PREFETCH_LEASE_MS;
    const claimed = await outbox.claim(toClaimRequest(options, part, now));
    if (claimed.isErr()) return reportUnavailable(options, claimed.error);
    // The till was stopped during the claim, and releases all its leases.
    if (loop.isStopping()) return 0;
    const { nextDueAt = Number.POSITIVE_INFINITY } = claimed.value;
    const { passed, records } = passOver(part, claimed.value.records);
    pool.add(records.map((record) => ({ record, notBefore: record.due.at, startBy })));
    if (passed.length > 0) await release(options, passed);
    pool.dispatch(clock.now());
    // The claim took too long, or the clock was set back meanwhile: the next poll releases them.
    if (pool.queued().some((each) => !isWithinLease(each, clock.now()))) return 0;
    return records.length < part.limit ? nextDueAt - clock.now() : 0;
  }

  return {
    notify: loop.notify,
    stop: async () => {
      endWatch();
      await loop.stop();
      await pool.whenIdle();
    },
  };
}

const toClaimRequest = (
  { worker, work, clients, ownerGraceMs, active, leaseMs }: ClaimLoopOptions,
  { passOver = 0, limit, ...part }: ClaimPart,
  now: number,
): ClaimRequest => ({
  ...(clients === undefined ? {} : { clients }),
  ...part,
  limit: limit + passOver,
  worker,
  work,
  ownerGraceMs,
  ...(active === undefined ? {} : { except: active() }),
  now,
  until: now + PREFETCH_LEASE_MS + leaseMs,
});

/** What of a claim is passed over, and what is left: as many as were asked for, the newest if there are too few others. */
function passOver(
  { passOver: count = 0, limit }: ClaimPart,
  claimed: readonly ClaimedRecord[],
): { readonly passed: readonly ClaimedRecord[]; readonly records: readonly ClaimedRecord[] } {
  const passed = Math.max(Math.min(count, claimed.length - limit), 0);
  return { passed: claimed.slice(0, passed), records: claimed.slice(passed) };
}

const toRecord = ({ record }: QueuedRecord): ClaimedRecord => record;

const claimAnything = (limit: number): ClaimPlan => ({ claims: [{ limit }] });

async function release(
  { outbox, worker, reportAlert }: ClaimLoopOptions,
  records: readonly ClaimedRecord[],
): Promise<void> {
  const released = await outbox.release({ worker, records });
  released.orTee((error) => reportAlert({ reason: "outboxUnavailable", error }));
}

function reportUnavailable({ reportAlert }: ClaimLoopOptions, error: OutboxUnavailable): number {
  reportAlert({ reason: "outboxUnavailable", error });
  return UNAVAILABLE_BACKOFF_MS;
}

const handleOrAlert = (options: ClaimLoopOptions, waits: Waits, record: ClaimedRecord, slot: Slot): Promise<void> =>
  handle(options, waits, record, slot).catch((error: unknown) =>
    options.reportAlert(toUnexpectedAlert(record.id, error)),
  );

async function handle(options: ClaimLoopOptions, waits: Waits, record: ClaimedRecord, slot: Slot): Promise<void> {
  const current = readRecord(record);
  if (current.isErr()) {
    toAlerts(record.id, current.error).forEach((alert) => options.reportAlert(alert));
    return postpone(options, record, DAMAGED_BACKOFF_MS, "the record is damaged");
  }
  const waitMs = waits.remainingMs(record, current.value);
  if (waitMs > 0) return postpone(options, record, waitMs, "it is due only by a clock that was set forward");
  return options.handle(record, current.value, slot);
}

async function postpone(
  { outbox, clock, reportAlert }: ClaimLoopOptions,
  { id, version }: ClaimedRecord,
  waitMs: number,
  reason: string,
): Promise<void> {
  const at = clock.now();
  const postponed = await outbox.postpone({ id, version, at, until: at + waitMs, reason });
  postponed.orTee((error) => reportAlert({ reason: "outboxUnavailable", error }));
}
