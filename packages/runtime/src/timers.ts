import { resume } from "@electrum-vouchers/core";
import type { ClaimedRecord, Outbox } from "@electrum-vouchers/core/ports";
import { type ClaimLoop, startClaimLoop } from "./claim-loop.ts";
import type { Clock } from "./clock.ts";
import { drive, type Hands, readRecord } from "./drive.ts";
import type { Driven } from "./driven.ts";
import type { Observer } from "./events.ts";
import { alertOf } from "./forwarder.ts";

export interface TimersOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly worker: string;
  readonly hands: Hands;
  readonly observe: Observer;
  readonly graceMs: number;
  readonly driven: Driven;
}

/** How many transactions are taken up at once: few, so that a backlog after a crash does not crowd out customers. */
const CONCURRENCY = 16;

/** A lease only bridges the time to the first commit: from then on the version is the fence. */
const LEASE_MS = 30_000;

/**
 * What is due on transactions that nobody drives: retries and decisions whose time has come, and attempts whose owner is
 * gone. After a crash this loop is the recovery: page by page, oldest first, while the till serves customers already.
 */
export function startTimers(options: TimersOptions): ClaimLoop {
  const { outbox, clock, worker, observe } = options;
  return startClaimLoop({
    outbox,
    clock,
    worker,
    work: ["replyDeadline", "timer"],
    concurrency: CONCURRENCY,
    leaseMs: LEASE_MS,
    graceMs: options.graceMs,
    gate: () => ({ limit: CONCURRENCY }),
    handle,
    unavailable: (error) => observe({ type: "alert", alert: { reason: "outboxUnavailable", error }, at: clock.now() }),
  });

  async function handle(record: ClaimedRecord): Promise<void> {
    // Somebody in this process drives it, and does what is due.
    if (options.driven.has(record.id)) return;
    const driven = await options.driven.run(record.id, () =>
      readRecord(record).asyncAndThen(({ transaction, version }) =>
        drive({ before: transaction, step: resume(transaction), version, at: clock.now() }, options.hands),
      ),
    );
    driven.orTee((error) =>
      alertOf(record, error).forEach((alert) => observe({ type: "alert", alert, at: clock.now() })),
    );
  }
}
