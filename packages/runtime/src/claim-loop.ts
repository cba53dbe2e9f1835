import type { Instant } from "@electrum-vouchers/core";
import type { ClaimedRecord, Outbox, OutboxUnavailable, Work } from "@electrum-vouchers/core/ports";
import type { Clock } from "./clock.ts";

export interface ClaimLoopOptions {
  readonly outbox: Pick<Outbox, "claim">;
  readonly clock: Clock;
  readonly worker: string;
  readonly work: readonly Work[];
  /** How many records at most are worked on at once. */
  readonly concurrency: number;
  /** How long a claimed record is leased: longer than its work can take. */
  readonly leaseMs: number;
  /** How long work may be overdue before it is claimed: the time its first owner is left to do it. */
  readonly graceMs: number;
  /** How many may be claimed now that `busy` are under way, and until when to wait where none may. */
  gate(busy: number): Gate;
  /** Does the work; never rejects. */
  handle(record: ClaimedRecord): Promise<void>;
  unavailable(error: OutboxUnavailable): void;
}

export interface Gate {
  readonly limit: number;
  readonly notBefore?: Instant;
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

/** Claims due work and hands it out, a bounded number at a time. A quiet outbox is not polled. */
export function startClaimLoop(options: ClaimLoopOptions): ClaimLoop {
  const { clock } = options;
  const stopping = new AbortController();
  const busy = new Set<Promise<void>>();
  let wake = new AbortController();
  let isNotified = false;

  function notify(): void {
    isNotified = true;
    wake.abort();
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      isNotified = false;
      const wakeAt = await claimDue();
      if (isNotified || stopping.signal.aborted) continue;
      wake = new AbortController();
      await clock.sleep(Math.min(Math.max(wakeAt - clock.now(), 0), MAX_SLEEP_MS), wake.signal);
    }
  }

  /** Claims what is due and starts on it; gives the moment to look again. */
  async function claimDue(): Promise<Instant> {
    const now = clock.now();
    const { limit: gateLimit, notBefore } = options.gate(busy.size);
    const limit = Math.min(gateLimit, options.concurrency - busy.size);
    // Whoever ends notifies, so that a full loop need not look by itself.
    if (limit <= 0) return notBefore ?? Number.POSITIVE_INFINITY;
    const claimed = await options.outbox.claim({
      worker: options.worker,
      work: options.work,
      now: now - options.graceMs,
      until: now + options.leaseMs,
      limit,
    });
    if (claimed.isErr()) {
      options.unavailable(claimed.error);
      return now + UNAVAILABLE_PAUSE_MS;
    }
    const { records, nextDueAt } = claimed.value;
    for (const record of records) start(record);
    if (records.length === limit) return options.concurrency > busy.size ? now : Number.POSITIVE_INFINITY;
    return nextDueAt === undefined ? Number.POSITIVE_INFINITY : nextDueAt + options.graceMs;
  }

  function start(record: ClaimedRecord): void {
    const work = options.handle(record).finally(() => {
      busy.delete(work);
      notify();
    });
    busy.add(work);
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
