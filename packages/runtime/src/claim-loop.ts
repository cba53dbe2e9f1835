import type { ClaimedRecord, Outbox, Work } from "@electrum-vouchers/core/ports";
import { type Alarm, alertsOf, unexpected } from "./alarm.ts";
import type { Clock } from "./clock.ts";
import { readRecord, type Versioned } from "./drive.ts";

export interface ClaimLoopOptions {
  readonly outbox: Pick<Outbox, "claim" | "postpone">;
  readonly clock: Clock;
  readonly worker: string;
  readonly work: readonly Work[];
  /** How many records at most are worked on at once. */
  readonly concurrency: number;
  /** How long a claimed record is leased: longer than its work can take. */
  readonly leaseMs: number;
  /** How long work may be overdue before it is claimed: the time its first owner is left to do it. */
  readonly graceMs: number;
  /** Whether more may be claimed now. Default: as many as `concurrency` leaves. */
  gate?(): Gate;
  handle(record: ClaimedRecord, current: Versioned): Promise<void>;
  readonly alarm: Alarm;
}

export interface Gate {
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
const UNAVAILABLE_PAUSE_MS = 1_000;

/** What cannot be read now will not be readable soon; a person has been alerted. */
const DAMAGED_PAUSE_MS = 60 * 60 * 1000;

/** Claims due work and hands it out, a bounded number at a time. A quiet outbox is not polled. */
export function startClaimLoop(options: ClaimLoopOptions): ClaimLoop {
  const { clock, concurrency } = options;
  const stopping = new AbortController();
  const busy = new Set<Promise<void>>();
  let sleeping = new AbortController();
  let isNotified = false;

  function notify(): void {
    isNotified = true;
    sleeping.abort();
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      isNotified = false;
      const waitMs = await claimDue();
      if (isNotified) continue;
      sleeping = new AbortController();
      await clock.sleep(Math.min(Math.max(waitMs, 0), MAX_SLEEP_MS), sleeping.signal);
    }
  }

  /** Claims what is due and starts on it; gives how long to wait before looking again. */
  async function claimDue(): Promise<number> {
    const room = concurrency - busy.size;
    const gate = options.gate?.() ?? { limit: room };
    const limit = Math.min(room, gate.limit);
    // Whoever ends notifies, so that a full loop need not look by itself.
    if (limit === 0) return gate.waitMs ?? Number.POSITIVE_INFINITY;
    const { worker, work, graceMs, leaseMs } = options;
    const now = clock.now();
    const claimed = await options.outbox.claim({ worker, work, now: now - graceMs, until: now + leaseMs, limit });
    if (claimed.isErr()) {
      options.alarm({ reason: "outboxUnavailable", error: claimed.error });
      return UNAVAILABLE_PAUSE_MS;
    }
    const { records, nextDueAt = Number.POSITIVE_INFINITY } = claimed.value;
    // What was claimed while the till stopped is given back with its leases.
    if (stopping.signal.aborted) return 0;
    for (const record of records) start(record);
    return records.length < limit ? nextDueAt + graceMs - clock.now() : 0;
  }

  function start(record: ClaimedRecord): void {
    const working = handle(options, record)
      .catch((error: unknown) => options.alarm(unexpected(record.id, error)))
      .finally(() => {
        busy.delete(working);
        notify();
      });
    busy.add(working);
  }

  const running = loop();
  return {
    notify,
    stop: async () => {
      stopping.abort();
      notify();
      await running;
      await Promise.all(busy);
    },
  };
}

async function handle({ outbox, clock, alarm, ...options }: ClaimLoopOptions, record: ClaimedRecord): Promise<void> {
  const current = readRecord(record);
  if (current.isOk()) return options.handle(record, current.value);
  const { id, version } = record;
  alertsOf(id, current.error).forEach(alarm);
  const until = clock.now() + DAMAGED_PAUSE_MS;
  const postponed = await outbox.postpone({ id, version, until, why: "the record is damaged" });
  postponed.orTee((error) => alarm({ reason: "outboxUnavailable", error }));
}
