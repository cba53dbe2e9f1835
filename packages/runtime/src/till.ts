import type { Resolve, Transaction, Uuid } from "@electrum-vouchers/core";
import type { ResultAsync } from "neverthrow";
import { createAlertReporter } from "./alert-reporter.ts";
import { createActiveTransactions } from "./active-transactions.ts";
import type { Clock } from "./clock.ts";
import type { TillError } from "./errors.ts";
import type { ForwarderStatus } from "./events.ts";
import { startForwarder } from "./background/forwarder.ts";
import { createCommandExecutor } from "./command-executor.ts";
import { type TillOptions, resolveOptions } from "./options.ts";
import { createRedemptions, type RedemptionCalls } from "./redemptions.ts";
import { createProvisions, type ProvisionCalls } from "./provisions.ts";
import type { CommittedStep } from "./engine/run-transaction.ts";
import { createRequestMonitor } from "./request-monitor.ts";
import { resolveUncertainCommits } from "./resolve-uncertain-commits.ts";
import { createSend } from "./send.ts";
import { startRecovery } from "./background/recovery.ts";
import { createTransactionService, type TransactionService } from "./transaction-service.ts";

/** A point of sale that sells and accepts vouchers, and never loses track of one. */
export interface Till extends ProvisionCalls, RedemptionCalls {
  /** Cancels the transaction, or has it reversed. Resolves when that is durable. If a confirm and a cancel race, one wins. */
  cancel(id: Uuid): ResultAsync<Transaction, TillError>;
  /** The operator wants a disputed advice sent again. */
  resend(id: Uuid): ResultAsync<Transaction, TillError>;
  /** The operator has settled a dispute outside this protocol. */
  resolve(id: Uuid, resolution: Pick<Resolve, "resolution" | "by" | "reason">): ResultAsync<Transaction, TillError>;
  /** The transaction as it is stored. */
  find(id: Uuid): ResultAsync<Transaction, TillError>;
  readonly forwarder: {
    status(): ForwarderStatus;
    /** Ends a halt: the credentials are right again. */
    resume(): void;
  };
  /** Takes no more calls, gives what is under way `stopTimeoutMs` to end, and leaves the rest to the next process. */
  stop(): Promise<void>;
}

/**
 * Starts a till. It serves at once, and takes up what an earlier process left unfinished in the same outbox.
 *
 * @example
 * const till = await startTill({ electrum, outbox, policy });
 * const sale = await till.provision(request);
 */
export async function startTill(options: TillOptions): Promise<Till> {
  const settings = resolveOptions(options);
  const { clock, worker, clients, onEvent } = settings;
  const outbox = resolveUncertainCommits(settings.outbox, settings.newId);
  const stopping = new AbortController();
  const reportAlert = createAlertReporter(onEvent, clock);
  const activeTransactions = createActiveTransactions();
  const send = createSend(settings.electrum, clock, onEvent);
  const monitor = createRequestMonitor({
    clock,
    reportAlert,
    onAccepted: (client) => forwarder.noteAccepted(client),
    onUnanswered: (id, cause) => forwarder.noteUnanswered(id, cause),
  });
  const executorOptions = {
    outbox,
    clock,
    send,
    onEvent,
    stopping: stopping.signal,
    onAdviceQueued: (): void => forwarder.notify(),
    onTimerSet: (): void => recovery.notify(),
    onCommitted: (step: CommittedStep): void => monitor.observeStep(step),
  };
  const recoveryExecutor = createCommandExecutor({ ...executorOptions, mode: "recovery" });
  const foregroundExecutor = createCommandExecutor({ ...executorOptions, mode: "foreground" });
  const transactions = createTransactionService({
    outbox,
    enginePorts: foregroundExecutor,
    activeTransactions,
    stopping: stopping.signal,
  });

  const release = async (): Promise<void> => {
    (await outbox.release({ worker })).orTee((error) => reportAlert({ reason: "outboxUnavailable", error }));
  };

  // An earlier process of this name may have crashed and left leases.
  await release();
  const background = {
    outbox,
    clock,
    worker,
    ...(clients === undefined ? {} : { clients }),
    onEvent,
    reportAlert,
    enginePorts: recoveryExecutor,
  };
  const forwarder = startForwarder({ ...background, ...settings.forwarding, electrum: settings.electrum, send });
  const recovery = startRecovery({ ...background, graceMs: settings.takeoverGraceMs, activeTransactions });

  return {
    ...createProvisions(transactions, monitor, settings),
    ...createRedemptions(transactions, send, settings),
    ...createCommonCalls(transactions, clock),
    forwarder: { status: () => forwarder.status(), resume: () => forwarder.resume() },
    stop: async () => {
      stopping.abort();
      const ended = Promise.all([activeTransactions.whenIdle(), recovery.stop(), forwarder.stop()]);
      await waitAtMost(settings.stopTimeoutMs, ended, clock);
      await release();
    },
  };
}

/** The calls for both kinds of transaction. */
const createCommonCalls = (
  transactions: TransactionService,
  clock: Clock,
): Pick<Till, "find" | "cancel" | "resend" | "resolve"> => ({
  find: (id) => transactions.find(id),
  cancel: (id) => transactions.applyIntent(id, { type: "cancel", at: clock.now() }),
  resend: (id) => transactions.applyIntent(id, { type: "resend", at: clock.now() }),
  resolve: (id, resolution) => transactions.applyIntent(id, { type: "resolve", ...resolution, at: clock.now() }),
});

async function waitAtMost(ms: number, work: Promise<unknown>, clock: Clock): Promise<void> {
  const ended = new AbortController();
  await Promise.race([work, clock.sleep(ms, ended.signal)]);
  ended.abort();
}
