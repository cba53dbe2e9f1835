import { type ClaimLoop, startClaimLoop } from "./claim-loop.ts";
import type { Outbox } from "@electrum-vouchers/core/ports";
import { type AlertReporter, toAlerts } from "../alert-reporter.ts";
import type { Clock } from "../clock.ts";
import { runTransaction, type EnginePorts } from "../engine/run-transaction.ts";
import { resumeStep } from "../engine/stored-step.ts";
import type { ActiveTransactions } from "../active-transactions.ts";

export interface RecoveryOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly worker: string;
  readonly enginePorts: EnginePorts;
  readonly reportAlert: AlertReporter;
  readonly graceMs: number;
  readonly activeTransactions: ActiveTransactions;
}

/** How many transactions are taken up at once: few, so that a backlog after a crash does not crowd out customers. */
const CONCURRENCY = 16;

/** A lease only bridges the time to the first commit: from then on the version is the fence. */
const LEASE_MS = 30_000;

/**
 * What is due on transactions that nobody drives: retries and decisions whose time has come, and attempts whose owner is
 * gone. After a crash this loop is the recovery: page by page, oldest first, while the till serves customers already.
 */
export function startRecovery({ activeTransactions, enginePorts, ...options }: RecoveryOptions): ClaimLoop {
  return startClaimLoop({
    ...options,
    work: ["replyDeadline", "timer"],
    concurrency: CONCURRENCY,
    leaseMs: LEASE_MS,
    handle: async ({ id }, current) => {
      // Somebody in this process drives it, and does what is due.
      if (activeTransactions.has(id)) return;
      const ended = await activeTransactions.track(id, () =>
        runTransaction(resumeStep(current, options.clock.now()), enginePorts),
      );
      ended.orTee((error) => toAlerts(id, error).forEach(options.reportAlert));
    },
  });
}
