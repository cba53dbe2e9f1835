import { type ClaimLoop, startClaimLoop } from "./claim-loop.ts";
import type { Outbox } from "@electrum-vouchers/core/ports";
import { type Alarm, alertsOf } from "./alarm.ts";
import type { Clock } from "./clock.ts";
import { drive, type Hands, resumed } from "./drive.ts";
import type { Driven } from "./driven.ts";

export interface TimersOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly worker: string;
  readonly hands: Hands;
  readonly alarm: Alarm;
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
export function startTimers({ driven, hands, ...options }: TimersOptions): ClaimLoop {
  return startClaimLoop({
    ...options,
    work: ["replyDeadline", "timer"],
    concurrency: CONCURRENCY,
    leaseMs: LEASE_MS,
    handle: async ({ id }, current) => {
      // Somebody in this process drives it, and does what is due.
      if (driven.has(id)) return;
      const ended = await driven.run(id, () => drive(resumed(current, options.clock.now()), hands));
      ended.orTee((error) => alertsOf(id, error).forEach(options.alarm));
    },
  });
}
