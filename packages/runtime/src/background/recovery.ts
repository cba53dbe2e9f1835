// Recovery: it takes up transactions that no call in this process drives. Retries and decisions whose time has come, and
// attempts whose process is gone. After a crash this loop is the whole recovery: page by page, oldest first, while the till
// serves customers already. It waits for nothing: what is not due stays in the outbox, and is claimed when it is.

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
  readonly clients?: readonly string[];
  readonly enginePorts: EnginePorts;
  readonly reportAlert: AlertReporter;
  readonly graceMs: number;
  readonly activeTransactions: ActiveTransactions;
}

/** Few at once, so that a backlog after a crash does not slow down customers. */
const CONCURRENCY = 16;

/** A lease only covers the time to the first commit. From then on the version is the fence. */
const LEASE_MS = 30_000;

/** Starts to take up what is due on transactions that no call in this process drives. */
export function startRecovery({ activeTransactions, enginePorts, ...options }: RecoveryOptions): ClaimLoop {
  return startClaimLoop({
    ...options,
    work: ["replyDeadline", "timer"],
    concurrency: CONCURRENCY,
    leaseMs: LEASE_MS,
    handle: async ({ id }, current) => {
      // A call in this process drives it, and does what is due.
      if (activeTransactions.has(id)) return;
      const resumed = await activeTransactions.track(id, () =>
        runTransaction(resumeStep(current, options.clock.now()), enginePorts),
      );
      resumed.orTee((error) => toAlerts(id, error).forEach(options.reportAlert));
    },
  });
}
