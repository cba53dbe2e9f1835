import {
  type CommonIntent,
  type HandOver,
  handOver,
  type HandOverIntent,
  type NamedReason,
  type PaymentStarted,
  type Reconcile,
  type Resolve,
  toView,
  type Transaction,
  type TransactionView,
  type Uuid,
} from "@electrum-vouchers/core";
import { err, type ResultAsync } from "neverthrow";
import type { Outbox } from "@electrum-vouchers/core/ports";
import type { Actor, CancelOptions } from "./actor.ts";
import { type AlertReporter, createAlertReporter } from "./alert-reporter.ts";
import { createAttentionAlerts } from "./attention-alerts.ts";
import { createActiveTransactions } from "./active-transactions.ts";
import type { Clock } from "./clock.ts";
import type { TillError } from "./errors.ts";
import type { ForwarderStatus } from "./events.ts";
import { createCommandExecutor } from "./command-executor.ts";
import { createKeyMaker } from "./key-maker.ts";
import { createRepeats } from "./repeats.ts";
import { createGuessMonitor } from "./guess-monitor.ts";
import { applyIntent, copyOptions } from "./incoming.ts";
import { type TillOptions, resolveOptions } from "./options.ts";
import { createRedemptions, type RedemptionCalls } from "./redemptions.ts";
import { createRefunds, type RefundCalls } from "./refunds.ts";
import { createQuestions, type QuestionCalls } from "./questions.ts";
import { createProvisions, type ProvisionCalls } from "./provisions.ts";
import { startBackground } from "./background/background.ts";
import type { CommittedStep } from "./engine/run-transaction.ts";
import { createUndeliveredGate } from "./undelivered-bounds.ts";
import { createRequestMonitor } from "./request-monitor.ts";
import { resolveUncertainCommits } from "./resolve-uncertain-commits.ts";
import { createSend } from "./send.ts";
import { createStepSignal } from "./step-signal.ts";
import { createPendingCalls } from "./pending-calls.ts";
import { createTransactionService, type TransactionService } from "./transaction-service.ts";

/** How the customer is about to pay. */
export type PaymentStart = Pick<PaymentStarted, "reference"> & Actor;

export interface HandOverOptions extends Actor {
  /** It was handed over before, and shall be again, as a copy. The name and the reason are journalled. */
  readonly copy?: NamedReason;
}

/** A point of sale that sells, accepts and refunds vouchers, and never loses track of one. */
export interface Till extends ProvisionCalls, RedemptionCalls, RefundCalls, QuestionCalls {
  /** Cancels the transaction, or has it reversed. Resolves when that is durable. If a confirm and a cancel race, one wins. */
  cancel(id: Uuid, options?: CancelOptions): ResultAsync<TransactionView, TillError>;
  /**
   * The customer is about to pay. Call it before the payment begins: from then on the end of the time to decide alerts an operator instead
   * of reversing. So a till that dies between the payment and `confirm` does not take the voucher from a customer who has paid.
   */
  paymentStarted(id: Uuid, payment?: PaymentStart): ResultAsync<TransactionView, TillError>;
  /** The operator wants an advice not to be sent for now. Nothing is due until `unhold`. */
  hold(id: Uuid, reason: NamedReason): ResultAsync<TransactionView, TillError>;
  /** The operator wants an advice that was held to be sent. */
  unhold(id: Uuid, reason: NamedReason): ResultAsync<TransactionView, TillError>;
  /** The operator has settled reconciliation items with Electrum or the provider: those named by number, or all that are open. */
  reconcile(
    id: Uuid,
    settlement: Pick<Reconcile, "items" | "outcome"> & NamedReason,
  ): ResultAsync<TransactionView, TillError>;
  /** The operator wants a disputed advice sent again. */
  resend(id: Uuid, reason: NamedReason): ResultAsync<TransactionView, TillError>;
  /** The operator has settled a dispute outside this protocol. */
  resolve(id: Uuid, resolution: Pick<Resolve, "resolution"> & NamedReason): ResultAsync<TransactionView, TillError>;
  /**
   * Waits until the transaction is final, whichever process brings that about: this till, another one, or recovery after a crash. It may
   * take as long as Electrum is down, and as an operator takes. Error `stopped` if the till stops meanwhile.
   */
  finalized(id: Uuid): ResultAsync<TransactionView, TillError>;
  /** The transaction as it is stored. */
  find(id: Uuid): ResultAsync<TransactionView, TillError>;
  /**
   * Gives out what the customer is handed: the voucher of a sale, the other voucher that a redemption or a refund left, if any, and the text for the
   * receipt. There is no other way to a code. Refused while the till may still decide otherwise. That it was handed over is stored first, and it
   * is given out once: again it is a `copy`, which needs a person's name and a reason.
   */
  handOver(id: Uuid, options?: HandOverOptions): ResultAsync<HandOver, TillError>;
  /** What the customer is handed was printed. Only where the policy tracks printing does it change what `handOver` gives. */
  printed(id: Uuid, actor?: Actor): ResultAsync<TransactionView, TillError>;
  readonly forwarder: {
    status(): ForwarderStatus;
    /** Ends a halt: the credentials are right again. */
    resume(): void;
  };
  readonly retention: {
    /** The clock is right: the next run of retention may move its bounds on as far as it says. It begins now, if retention is on. */
    resume(): void;
  };
  /**
   * Takes no more calls, gives what is under way `stopTimeoutMs` to end, and leaves the rest to the next process. A call that has not
   * ended by then resolves with the transaction as it is stored. Close Electrum, and then the outbox, once this has resolved.
   */
  stop(): Promise<void>;
}

/**
 * Starts a till. It serves at once, and takes up what an earlier process left unfinished in the same outbox. With wrong options it
 * rejects with one `TypeError` that names them all, and has done nothing.
 *
 * @example
 * const till = await startTill({ electrum, outbox, policy });
 * const sale = await till.provision(request);
 */
export async function startTill(options: TillOptions): Promise<Till> {
  const settings = resolveOptions(options);
  const { clock, onEvent } = settings;
  const worker = nextWorker();
  const outbox = resolveUncertainCommits(settings.outbox, settings.newId);
  const stopping = new AbortController();
  let hasStopped = false;
  // What is left over may find a closed outbox, which is no trouble.
  const reportAlert = createAlertReporter(onEvent, clock, () => hasStopped);
  const pendingCalls = createPendingCalls(clock);
  const steps = createStepSignal(clock);
  const activeTransactions = createActiveTransactions();
  const send = createSend(settings.electrum, clock, onEvent, reportAlert);
  const monitor = createRequestMonitor({
    clock,
    reportAlert,
    onAccepted: (client) => forwarder.noteAccepted(client),
    onUnanswered: (id, cause) => forwarder.noteUnanswered(id, cause),
  });
  const guesses = createGuessMonitor(clock, reportAlert);
  const observers = [monitor.observeStep, guesses.observeStep, createAttentionAlerts(reportAlert)];
  const shared = { outbox, clock, send, onEvent, reportAlert, activeTransactions, stopping: stopping.signal };
  const executor = {
    ...shared,
    onCommitted: tellAll([...observers, steps.notify]),
    onAdviceQueued: () => forwarder.notify(),
    onTimerSet: () => recovery.notify(),
  };
  const keyMaker = createKeyMaker(outbox, settings.saleIdentity);
  const undelivered = createUndeliveredGate(outbox, clock);
  const transactions = createTransactionService({
    ...shared,
    pendingCalls,
    steps,
    repeats: createRepeats(settings.digester, reportAlert),
    enginePorts: createCommandExecutor({ ...executor, mode: "foreground" }),
    onFailed: () => recovery.notify(),
  });

  const recoveryPorts = createCommandExecutor({ ...executor, mode: "recovery" });
  const background = startBackground({ ...shared, worker, enginePorts: recoveryPorts }, settings);
  const { forwarder, recovery, retention } = background;

  const endWatch = outbox.watch(steps.notify);
  return {
    ...createProvisions(transactions, monitor, reportAlert, { keyMaker, undelivered }, settings),
    ...createRedemptions(transactions, reportAlert, keyMaker, settings),
    ...createRefunds(transactions, reportAlert, keyMaker, settings),
    ...createQuestions({ ...shared, pendingCalls, monitor, guesses, transactions }, settings),
    ...createCommonCalls(transactions, reportAlert, clock),
    forwarder: { status: () => forwarder.status(), resume: () => forwarder.resume() },
    retention: { resume: retention.resume },
    stop: async () => {
      stopping.abort();
      endWatch();
      const underWay = Promise.all([activeTransactions.whenIdle(), background.stop()]);
      await waitAtMost(settings.stopTimeoutMs, underWay, clock);
      await pendingCalls.abandon();
      await releaseLeases(outbox, worker, reportAlert);
      hasStopped = true;
    },
  };
}

const tellAll =
  (observers: readonly ((step: CommittedStep) => void)[]) =>
  (step: CommittedStep): void => {
    for (const observe of observers) observe(step);
  };

/** What this till has claimed may be claimed by another at once. */
async function releaseLeases(outbox: Outbox, worker: string, reportAlert: AlertReporter): Promise<void> {
  const released = await outbox.release({ worker });
  released.orTee((error) => reportAlert({ reason: "outboxUnavailable", error }));
}

/** Each till of this process has leases of its own. Those of other processes the outbox keeps apart. */
const nextWorker = (): string => `till ${(startedTills += 1)}`;
let startedTills = 0;

/** The calls for every kind of transaction. */
const createCommonCalls = (
  transactions: TransactionService,
  reportAlert: AlertReporter,
  clock: Clock,
): Pick<Till, CommonCall> => {
  const apply = (id: Uuid, intent: IntentWithoutTime): ResultAsync<TransactionView, TillError> =>
    applyIntent(transactions, id, { ...intent, at: clock.now() }).map(toAnyView);
  return {
    find: (id) => transactions.find(id).map(toAnyView),
    handOver: (id, given = {}) =>
      giveOut(transactions, reportAlert, id, { ...copyOptions(given), type: "handOver", at: clock.now() }),
    printed: (id, actor = {}) => apply(id, { ...actor, type: "printed" }),
    finalized: (id) => transactions.awaitFinal(id).map(toAnyView),
    cancel: (id, options = {}) => apply(id, { ...options, type: "cancel" }),
    paymentStarted: (id, payment = {}) => apply(id, { ...payment, type: "paymentStarted" }),
    hold: (id, reason) => apply(id, { ...reason, type: "hold" }),
    unhold: (id, reason) => apply(id, { ...reason, type: "unhold" }),
    reconcile: (id, settlement) => apply(id, { ...settlement, type: "reconcile" }),
    resend: (id, reason) => apply(id, { ...reason, type: "resend" }),
    resolve: (id, resolution) => apply(id, { ...resolution, type: "resolve" }),
  };
};

/**
 * The mark first, then the code. If the store does not take the first mark, the customer gets the voucher nevertheless: it is paid for, and
 * stands. A copy has no such claim.
 */
const giveOut = (
  transactions: TransactionService,
  reportAlert: AlertReporter,
  id: Uuid,
  intent: HandOverIntent,
): ResultAsync<HandOver, TillError> =>
  transactions.find(id).andThen((found) =>
    handOver(found)
      .asyncAndThen(() => applyIntent(transactions, id, intent))
      .andThen((marked) => handOver(marked))
      .orElse((error) => {
        if (error.type !== "outboxUnavailable" || found.handedOver !== undefined) return err(error);
        reportAlert({ reason: "handOverUnmarked", id, error: error.error });
        return handOver(found);
      }),
  );

/** An intent for any kind of transaction, but for its moment. */
type IntentWithoutTime = CommonIntent extends infer Each
  ? Each extends CommonIntent
    ? Omit<Each, "at">
    : never
  : never;

type CommonCall =
  | "find"
  | "handOver"
  | "printed"
  | "finalized"
  | "cancel"
  | "paymentStarted"
  | "hold"
  | "unhold"
  | "reconcile"
  | "resend"
  | "resolve";

/** For `map`, which cannot choose between overloads. */
const toAnyView = (transaction: Transaction): TransactionView => toView(transaction);

async function waitAtMost(ms: number, work: Promise<unknown>, clock: Clock): Promise<void> {
  const ended = new AbortController();
  await Promise.race([work, clock.sleep(ms, ended.signal)]);
  ended.abort();
}
