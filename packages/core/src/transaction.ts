import type { Result } from "neverthrow";
import { checkIntent } from "./check.ts";
import type { Due } from "./ports.ts";
import type { Provision } from "./provision/state.ts";
import { decideProvision, observeProvision } from "./provision/transition.ts";
import type { Redemption } from "./redemption/state.ts";
import { decideRedemption, observeRedemption } from "./redemption/transition.ts";
import { queue } from "./settlement.ts";
import type {
  Fact,
  Intent,
  ProvisionIntent,
  QueueAdvice,
  RedemptionIntent,
  Refusal,
  Step,
  Timer,
  WakeAt,
} from "./step.ts";
import type { Instant } from "./time.ts";

/** One provision or one redemption, named by the UUID of its request. */
export type Transaction = Provision | Redemption;

/** The kind of a transaction, whatever its state. */
export type AnyStateOf<T extends Transaction> = T extends Provision ? Provision : Redemption;

/** The intents that a kind of transaction knows. */
export type IntentFor<T extends Transaction> = T extends Provision ? ProvisionIntent : RedemptionIntent;

/** What a fact makes of a transaction. Total: any fact meets any state; one that changes nothing gives the same object back. */
export function observe<T extends Transaction>(transaction: T, fact: Fact): Step<AnyStateOf<T>>;
export function observe(transaction: Transaction, fact: Fact): Step<Transaction> {
  return transaction.kind === "provision" ? observeProvision(transaction, fact) : observeRedemption(transaction, fact);
}

/**
 * What an intent makes of a transaction, or why it is refused. The same intent again is accepted and changes nothing.
 *
 * @example
 * decide(sale, { type: "confirm", tenders: [], at: Date.now() })
 */
export function decide<T extends Transaction>(
  transaction: T,
  intent: IntentFor<T>,
): Result<Step<AnyStateOf<T>>, Refusal>;
export function decide(transaction: Transaction, intent: Intent): Result<Step<Transaction>, Refusal> {
  return checkIntent(intent).andThen(() => decideChecked(transaction, intent));
}

/** As {@link decide}, for an intent that was checked when it was made. */
export const decideChecked = (transaction: Transaction, intent: Intent): Result<Step<Transaction>, Refusal> =>
  transaction.kind === "provision" ? decideProvision(transaction, intent) : decideRedemption(transaction, intent);

/**
 * What must be done about a stored transaction after a restart. An attempt that was under way is never sent again: it is
 * waited for until its deadline (`wakeAt` the `reply` timer), and counts as interrupted from then on.
 */
export function resume<T extends Transaction>(transaction: T): Step<T> {
  const command = commandOf(transaction);
  return { transaction, commands: command === undefined ? [] : [command] };
}

/** What the state waits for, as a command. */
function commandOf(transaction: Transaction): QueueAdvice | WakeAt | undefined {
  switch (transaction.state) {
    case "requesting":
    case "lookingUp":
      return timer("reply", transaction.attempt, transaction.deadlineAt);
    case "redeeming":
      return timer("reply", transaction.redeem.attempt, transaction.deadlineAt);
    case "waitingToRetry":
      return timer("retry", transaction.attempt, transaction.retryAt);
    case "waitingToLookUp":
      return timer("lookup", transaction.attempt, transaction.lookUpAt);
    case "issued":
    case "redeemed": {
      const { approval, decideBy } = transaction;
      return decideBy === undefined ? undefined : timer("decision", approval.attempt, decideBy);
    }
    case "confirming":
    case "reversing":
      return queue(transaction);
    default:
      return undefined;
  }
}

const timer = (name: Timer, attempt: number, at: Instant): WakeAt => ({ type: "wakeAt", timer: name, attempt, at });

/** The fact that a `wakeAt` asks for, once its time has come. */
export const wake = ({ timer: name, attempt }: WakeAt, at: Instant): Fact =>
  name === "reply" ? { type: "interruption", attempt, at } : { type: "timer", timer: name, attempt, at };

/** What is due next on a transaction, for the outbox; nothing where it waits for the till, for a person or for nothing. */
export function dueOf(transaction: Transaction): Due | undefined {
  const command = commandOf(transaction);
  if (command === undefined) return undefined;
  if (command.type === "queueAdvice") return { at: command.notBefore, work: "advice", what: command.advice.operation };
  const { at, timer: what } = command;
  return { at, work: what === "reply" ? "replyDeadline" : "timer", what };
}

/** Whether no further transition is possible; marks for reconciliation may still be added. */
export const isFinal = ({ state }: Transaction): boolean =>
  state === "completed" ||
  state === "confirmed" ||
  state === "reversed" ||
  state === "declined" ||
  state === "abandoned" ||
  state === "resolved";

/** Whether a person must look at it. */
export const needsAttention = ({ state, marks }: Transaction): boolean =>
  state === "disputed" || (marks.length > 0 && state !== "resolved");
