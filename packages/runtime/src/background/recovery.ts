// Recovery: it takes up transactions that no call in this process drives. Retries and decisions whose time has come, and
// attempts whose process is gone. After a crash this loop is the whole recovery: page by page, oldest first, while the till
// serves customers already. It waits for nothing: what is not due stays in the outbox, and is claimed when it is.

import { type ClaimLoop, startClaimLoop } from "./claim-loop.ts";
import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { ClaimedRecord, Outbox } from "@electrum-vouchers/core/ports";
import { type AlertReporter, toAlerts } from "../alert-reporter.ts";
import type { Clock } from "../clock.ts";
import { runTransaction, type EnginePorts } from "../engine/run-transaction.ts";
import { transactionTime } from "../engine/transaction-time.ts";
import { resumeStep } from "../engine/stored-step.ts";
import type { ActiveTransactions } from "../active-transactions.ts";

export interface RecoveryOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly worker: string;
  readonly clients?: readonly string[];
  readonly enginePorts: EnginePorts;
  readonly reportAlert: AlertReporter;
  readonly ownerGraceMs: number;
  readonly activeTransactions: ActiveTransactions;
  /** Counts anew what was stored by a clock that was ahead. */
  readonly checkClock: () => Promise<void>;
}

/** Few at once, so that a backlog after a crash does not slow down customers. */
const CONCURRENCY = 16;

/** A lease only covers the time to the first commit. From then on the version is the fence. */
const LEASE_MS = 30_000;

/** Starts to take up what is due on transactions that no call in this process drives. */
export function startRecovery({ activeTransactions, enginePorts, ...options }: RecoveryOptions): ClaimLoop {
  /** What the last claim left to calls of this process: it was not told either when something is due on these. */
  let leftToCalls: ReadonlySet<Uuid> = new Set();

  activeTransactions.onEnd((id) => {
    if (leftToCalls.has(id)) loop.notify();
  });

  const loop = startClaimLoop({
    ...options,
    work: ["replyDeadline", "timer"],
    prepare: options.checkClock,
    concurrency: CONCURRENCY,
    active: () => {
      const ids = activeTransactions.ids();
      leftToCalls = new Set(ids);
      return ids;
    },
    leaseMs: LEASE_MS,
    handle: async (record, current) => {
      const { id } = record;
      // A call has begun since it was claimed, and does what is due.
      if (activeTransactions.has(id)) return;
      const resumed = await activeTransactions.track(id, () =>
        runTransaction(resumeStep(current, dueTime(record, options.clock)), enginePorts),
      );
      resumed.orTee((error) => toAlerts(id, error).forEach((alert) => options.reportAlert(alert)));
    },
  });
  return loop;
}

/** The time as the transaction counts it. The work was found to be due, so it is not before that. */
const dueTime = (record: ClaimedRecord, clock: Pick<Clock, "now">): Instant =>
  Math.max(transactionTime(record, clock.now()), record.due.at);
