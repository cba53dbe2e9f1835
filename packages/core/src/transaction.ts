// THE THEORY
//
// A transaction is one provision, one redemption or one refund, named by the UUID of its request. It is plain, readonly JSON, and it does
// nothing by itself: no I/O, no clock, no random number. A *driver* (the runtime of this project, or your own program) moves it
// with four pure functions:
//
//   startProvision, startRedemption, startRefund   a new transaction, or why its request is refused
//   observe(transaction, fact)                     something happened outside: always a next step, never a throw
//   decide(transaction, intent)                    the till or an operator wants something: a next step, or why it is refused
//   resume(transaction)                            what to do about a stored transaction after a restart
//
// Each gives a Step: the transaction as it is now, and at most one command. A transaction waits for one thing at a time.
//
// What a driver must do, in this order
//   1. Store the step's transaction (`encode`), what is due next (`nextDue`) and the journal entry that led to it, in ONE
//      durable commit that replaces exactly the version that was read. If another process was first, load what it stored and
//      apply the same fact or intent to that.
//   2. Only then execute the command:
//        sendRequest  Send the message before `deadlineAt`, or not at all. Wait until then, and no longer. Feed what comes as a
//                     `response`; if nothing comes, feed a `noResponse`.
//        queueAdvice  Nothing more has to be done for the transaction: storing it was the point. From `notBefore` on, deliver
//                     the advice, again and again, until its response settles it; feed that as an `adviceResponse`.
//        wakeAt       At that time feed `timerFact(command, now)`. The timer is stored (`nextDue`), so it survives a crash.
//   3. Feed the fact that came of it, and go on with 1, until a step has no command.
//
// What must never be interleaved
//   - Commit, then act. A request that is sent before its step is durable is forgotten by a crash: the switch then holds a
//     voucher that no till knows of.
//   - One commit at a time for each transaction. The version is the fence: of two writers one wins, and the other starts again
//     from the winner.
//   - An attempt is sent once. After a crash it is not known whether it went out. So `resume` never gives its `sendRequest`
//     again, but a `wakeAt` at its deadline. From then on it counts as interrupted: its outcome is unknown.
//   - A reversal never overtakes its request. `notBefore` is the latest deadline of all attempts that got no response, and no
//     attempt may be sent after its own deadline.
//   - A confirmation and a reversal never both exist. The decision is made once, stored, and only then sent. A transaction owes
//     at most one advice in its life, and each repeat is the same message.
//
// Why facts and intents differ
//   A fact has happened, so it is never refused: every fact has a place in every state, and one that nothing waits for is
//   ignored, with the reason. An intent is a wish, so it can be refused, and the refusal is a value. The same intent again
//   changes nothing; the opposite intent is refused, and the refusal says what was decided, by whom and when.
//
// Why only the current attempt acts
//   Each response names its attempt. A response to an earlier attempt, or one that comes after the transaction has moved on, is
//   *late*. It is never acted on, not even if it is an approval: the retry or the reversal that is under way settles the matter,
//   and two responses that act would settle it twice.
//
// What this module does not know: HTTP (`responses/` classifies what came back), the three kinds' rules (`machines/`), how
// anything is stored (`storage/`), and how an advice is delivered.

import { err, ok, type Result } from "neverthrow";
import type { Digester } from "./input-digest.ts";
import { parseIntent } from "./machines/validate-input.ts";
import type { Due } from "./ports.ts";
import type { AnyTransaction } from "./machines/any-transaction.ts";
import type { Provision } from "./machines/provision-state.ts";
import { decideProvision, observeProvision } from "./machines/provision.ts";
import type { Redemption } from "./machines/redemption-state.ts";
import { decideRedemption, observeRedemption } from "./machines/redemption.ts";
import type { Refund } from "./machines/refund-state.ts";
import { decideRefund, observeRefund } from "./machines/refund.ts";
import { deliverableFrom, queueAdviceFor } from "./machines/finalization.ts";
import { markHandOver } from "./machines/handing-over.ts";
import { settleItems } from "./machines/reconcile.ts";
import { countAnew } from "./machines/recount.ts";
import type {
  ConfirmProvision,
  ConfirmRedemption,
  Fact,
  Intent,
  ProvisionIntent,
  QueueAdvice,
  Reconcile,
  RedemptionIntent,
  RefundIntent,
  Refusal,
  Step,
  Timer,
  WakeAt,
} from "./step.ts";
import { compareRepeat, type Repeat } from "./storage/digest.ts";
import { hasTransactionShape } from "./storage/transaction-shape.ts";
import type { Instant } from "./time.ts";
import type { TransactionView } from "./view.ts";

/** One provision, one redemption or one refund, named by the UUID of its request. */
export type Transaction = AnyTransaction;

/** The kind of a transaction, whatever its state. */
export type TransactionOfKind<T extends Transaction> = T extends Provision
  ? Provision
  : T extends Redemption
    ? Redemption
    : Refund;

/** The intents that a kind of transaction takes. */
export type IntentFor<T extends Transaction> = T extends Provision
  ? ProvisionIntent
  : T extends Redemption
    ? RedemptionIntent
    : RefundIntent;

/**
 * The next step after a fact. Total: it accepts any fact in any state and never throws. If nothing changes, the step holds the
 * same transaction object.
 *
 * @example
 * const { transaction, commands } = observe(sale, { type: "noResponse", attempt: 0, cause: "deadline", at: Date.now() })
 */
export function observe<T extends Transaction>(transaction: T, fact: Fact): Step<TransactionOfKind<T>>;
export function observe(transaction: Transaction, fact: Fact): Step<Transaction> {
  if (fact.type === "clockSetBack") return observeClockSetBack(transaction, fact.at);
  switch (transaction.kind) {
    case "provision":
      return observeProvision(transaction, fact);
    case "redemption":
      return observeRedemption(transaction, fact);
    case "refund":
      return observeRefund(transaction, fact);
  }
}

/** What then is due is due at another time, so the step says it again. */
function observeClockSetBack(transaction: Transaction, at: Instant): Step<Transaction> {
  const recounted = countAnew(transaction, at);
  return recounted === transaction ? { transaction, commands: [], ignored: "unexpected" } : resume(recounted);
}

/**
 * The next step after an intent, or why it is refused. The same intent again is accepted and changes nothing.
 *
 * @param digester recognises what a redacted transaction was confirmed or redeemed with. Without it, a confirmation again is accepted
 *   uncompared, and a redeem again is refused (`secretsNotCompared`).
 *
 * @example
 * decide(sale, { type: "confirm", tenders: [], at: Date.now() })
 */
export function decide<T extends Transaction>(
  transaction: T,
  intent: IntentFor<T>,
  digester?: Digester,
): Result<Step<TransactionOfKind<T>>, Refusal>;
export function decide(
  transaction: Transaction,
  intent: Intent,
  digester?: Digester,
): Result<Step<Transaction>, Refusal> {
  return parseIntent(intent).andThen((parsed) => decideValidated(transaction, parsed, digester));
}

/** As {@link decide}, for an intent that was validated when it was made. */
export function decideValidated(
  transaction: Transaction,
  intent: Intent,
  digester?: Digester,
): Result<Step<Transaction>, Refusal> {
  if (intent.type === "reconcile") return decideReconcile(transaction, intent);
  if (intent.type === "cancel" && intent.amounts !== undefined && !wasApprovedOrDecided(transaction))
    return err({ type: "wrongState", intent: intent.type, state: transaction.state });
  if (intent.type === "handOver" || intent.type === "printed") return markHandOver(transaction, intent).map(unmoved);
  if (intent.type === "confirm" && intent.handOver === true) return confirmAndMark(transaction, intent, digester);
  const repeated = compareRepeat(transaction, intent, digester);
  if (repeated !== undefined) return decideRepeat(transaction, intent, repeated);
  switch (transaction.kind) {
    case "provision":
      return decideProvision(transaction, intent);
    case "redemption":
      return decideRedemption(transaction, intent);
    case "refund":
      return decideRefund(transaction, intent);
  }
}

/** A part can be reversed only of what was approved. */
const wasApprovedOrDecided = (transaction: Transaction): boolean =>
  "approval" in transaction || "advice" in transaction || "finalizing" in transaction;

/** A step that leaves what is under way as it is. */
const unmoved = (transaction: Transaction): Step<Transaction> => ({ transaction, commands: [] });

/** The voucher leaves with the confirmation, so that no crash comes between the two. */
const confirmAndMark = (
  transaction: Transaction,
  { handOver: _, ...intent }: ConfirmProvision | ConfirmRedemption,
  digester: Digester | undefined,
): Result<Step<Transaction>, Refusal> =>
  decideValidated(transaction, intent, digester).andThen((step) =>
    markHandOver(step.transaction, intent).map((marked) => ({ ...step, transaction: marked })),
  );

/** What was masked is compared by its digest: the machines cannot. */
function decideRepeat(
  transaction: Transaction,
  intent: Intent,
  { sameness, decidedAt }: Repeat,
): Result<Step<Transaction>, Refusal> {
  const { type } = intent;
  if (sameness === "different") return err({ type: "contentDiffers", intent: type, decidedAt });
  // A till that redeems another voucher under this id must not be told that it was redeemed.
  if (sameness === "secretsNotCompared" && type === "redeem") return err({ type: sameness, intent: type });
  return ok(unmoved(transaction));
}

/** The operator settles items once nothing more can come of the transaction by itself. */
function decideReconcile(transaction: Transaction, intent: Reconcile): Result<Step<Transaction>, Refusal> {
  if (!isFinal(transaction) && transaction.state !== "disputed")
    return err({ type: "wrongState", intent: intent.type, state: transaction.state });
  const { reconciliation } = transaction;
  return settleItems(reconciliation, intent).map((settled) => ({
    transaction: settled === reconciliation ? transaction : { ...transaction, reconciliation: settled },
    commands: [],
  }));
}

/**
 * What to do about a stored transaction after a restart. An attempt that was under way is never sent again. The command is a
 * `wakeAt` at its deadline (timer `replyDeadline`); from then on the attempt counts as interrupted.
 */
export function resume<T extends Transaction>(transaction: T): Step<T> {
  const command = commandOf(transaction);
  return { transaction, commands: command === undefined ? [] : [command] };
}

/** What the state waits for, as a command. */
const commandOf = (transaction: Transaction): QueueAdvice | WakeAt | undefined =>
  transaction.state === "confirming" || transaction.state === "reversing"
    ? transaction.held === undefined
      ? queueAdviceFor(transaction)
      : undefined
    : timerOf(transaction);

/** What the state waits for, if that is a time. */
function timerOf(transaction: Transaction | TransactionView): WakeAt | undefined {
  switch (transaction.state) {
    case "requesting":
    case "lookingUp":
      return timer("replyDeadline", transaction.attempt, transaction.deadlineAt);
    case "redeeming":
      return timer("replyDeadline", transaction.redeem.attempt, transaction.deadlineAt);
    case "waitingToRetry":
      return timer("retry", transaction.attempt, transaction.retryAt);
    case "waitingToLookUp":
      return timer("lookup", transaction.attempt, transaction.lookUpAt);
    case "found":
    case "lookupFailed":
      return timer("expiry", transaction.attempt, transaction.expiresAt);
    case "issued":
    case "redeemed":
    case "refunded": {
      const { approval, decideBy } = transaction;
      return decideBy === undefined ? undefined : timer("decision", approval.attempt, decideBy);
    }
    default:
      return undefined;
  }
}

const timer = (name: Timer, attempt: number, at: Instant): WakeAt => ({ type: "wakeAt", timer: name, attempt, at });

/** The fact to feed when the time of a `wakeAt` has come. */
export const timerFact = ({ timer: name, attempt }: WakeAt, at: Instant): Fact =>
  name === "replyDeadline" ? { type: "interruption", attempt, at } : { type: "timer", timer: name, attempt, at };

/** What is due next on a transaction, for the outbox. `undefined` if it waits for the till, for an operator or for nothing. */
export function nextDue(transaction: Transaction | TransactionView): Due | undefined {
  if (transaction.state === "confirming" || transaction.state === "reversing")
    return transaction.held === undefined
      ? { at: deliverableFrom(transaction), work: "advice", description: transaction.advice.operation }
      : undefined;
  const waiting = timerOf(transaction);
  if (waiting === undefined) return undefined;
  const { at, timer: description } = waiting;
  return { at, work: description === "replyDeadline" ? "replyDeadline" : "timer", description };
}

/** Whether no further transition is possible. Reconciliation items may still be added. */
export const isFinal = ({ state }: Transaction | TransactionView): boolean =>
  state === "completed" ||
  state === "confirmed" ||
  state === "reversed" ||
  state === "declined" ||
  state === "abandoned" ||
  state === "resolved";

/** Whether a transition is still to come: the opposite of {@link isFinal}. */
export const isUnfinished = (transaction: Transaction | TransactionView): boolean => !isFinal(transaction);

/** The advice that the transaction owes, and from when it may be delivered; `undefined` if it owes none. */
export function pendingAdvice(transaction: Transaction): QueueAdvice | undefined {
  const command = commandOf(transaction);
  return command?.type === "queueAdvice" ? command : undefined;
}

/** Whether an operator must look at the transaction: it is disputed, held or overdue, or has an open reconciliation item. */
export const needsAttention = (transaction: Transaction | TransactionView): boolean =>
  transaction.state === "disputed" ||
  ("held" in transaction && transaction.held !== undefined) ||
  ("overdueAt" in transaction && transaction.overdueAt !== undefined) ||
  transaction.reconciliation.some(({ settled }) => settled === undefined);

/** Every state of each kind. Only the keys count: the types keep the lists complete. */
const states = {
  provision: {
    requesting: null,
    waitingToRetry: null,
    issued: null,
    completed: null,
    declined: null,
    confirming: null,
    reversing: null,
    confirmed: null,
    reversed: null,
    disputed: null,
    resolved: null,
  } satisfies Record<Extract<Transaction, { kind: "provision" }>["state"], null>,
  redemption: {
    lookingUp: null,
    waitingToLookUp: null,
    lookupFailed: null,
    found: null,
    abandoned: null,
    redeeming: null,
    redeemed: null,
    completed: null,
    declined: null,
    confirming: null,
    reversing: null,
    confirmed: null,
    reversed: null,
    disputed: null,
    resolved: null,
  } satisfies Record<Extract<Transaction, { kind: "redemption" }>["state"], null>,
  refund: {
    requesting: null,
    refunded: null,
    completed: null,
    declined: null,
    confirming: null,
    reversing: null,
    confirmed: null,
    reversed: null,
    disputed: null,
    resolved: null,
  } satisfies Record<Extract<Transaction, { kind: "refund" }>["state"], null>,
};

/** The names of a kind's states, in the order in which a transaction goes through them. */
export const provisionStates: readonly string[] = Object.keys(states.provision);
export const redemptionStates: readonly string[] = Object.keys(states.redemption);
export const refundStates: readonly string[] = Object.keys(states.refund);

/**
 * Whether a value read from a store is a transaction. Its checksum has shown that it is what was written; here it must have what
 * this release relies on.
 */
export const isTransaction = (value: unknown): value is Transaction => hasTransactionShape(value);
