import {
  type HttpResponse,
  type Command,
  encode,
  type Fact,
  type NoResponseCause,
  type Transaction,
  timerFact,
} from "@electrum-vouchers/core";
import type { CommitError } from "@electrum-vouchers/core/ports";
import {
  afterCommand,
  afterCommit,
  type EngineAction,
  nextAction,
  planFor,
  resumeStep,
  type VersionedTransaction,
} from "@electrum-vouchers/runtime/engine";
import { err, ok, type Result } from "neverthrow";
import {
  type Activity,
  type Awaiting,
  type CommitActivity,
  type Delivering,
  NO_VERSION,
  type Sending,
  type Sleeping,
  STORED_VERSION,
} from "./activity.ts";
import { age, NOW } from "../time/time.ts";

/** The outcome of an activity: another activity, or its end. */
export interface ActivityOutcome {
  readonly activity?: Activity;
  /** The activity has ended well, and its caller gets this. If the voucher may be handed over, the caller does so. */
  readonly result?: Transaction;
}

/** The outcome of an action of the shipped loop. */
export function toOutcome(turn: EngineAction): ActivityOutcome {
  switch (turn.type) {
    case "commit":
      return { activity: turn };
    case "execute":
      return startCommand(turn.command, toStoredVersion(turn.current));
    case "done":
      return { result: turn.current.transaction };
    case "fail":
      return {};
  }
}

/** What was just committed is what is stored now. */
const toStoredVersion = ({ transaction, version }: VersionedTransaction): VersionedTransaction => ({
  transaction: age(transaction, 0),
  version: Math.min(version, STORED_VERSION),
});

/** What the runtime's own plan makes of a command: an activity that takes time, or nothing more for this process to do. */
function startCommand(command: Command, current: VersionedTransaction): ActivityOutcome {
  const plan = planFor(command, NOW, "foreground");
  switch (plan.type) {
    case "send":
      return { activity: { type: "sending", command: plan.command, current } };
    case "wait":
      return { activity: { type: "sleeping", command: plan.command, current } };
    case "leaveToForwarder":
    case "leaveToRecovery":
      return toOutcome(afterCommand(current, undefined));
  }
}

/** The change reaches the outbox. It succeeds if no other commit came first. */
export function applyCommit(
  turn: CommitActivity,
  stored: Transaction | undefined,
): { readonly isAccepted: boolean; readonly outcome: ActivityOutcome } {
  const isAccepted = turn.change.expectedVersion === (stored === undefined ? NO_VERSION : STORED_VERSION);
  return { isAccepted, outcome: toOutcome(afterCommit(turn, isAccepted ? ok() : toConflict(turn, stored))) };
}

function toConflict({ change: { id } }: CommitActivity, stored: Transaction | undefined): Result<void, CommitError> {
  if (stored === undefined) return err({ type: "conflict" });
  return err({ type: "conflict", winner: { id, version: STORED_VERSION, record: encode(stored), committedAt: NOW } });
}

/** Sends a request, unless its deadline has come. */
export const sendRequest = ({ command, current }: Sending): ActivityOutcome =>
  NOW < command.deadlineAt
    ? { activity: { type: "awaiting", command, current, responses: [] } }
    : feedFact(current, { type: "noResponse", attempt: command.attempt, cause: "notSent", at: NOW });

export const wakeUp = ({ command, current }: Sleeping): ActivityOutcome => feedFact(current, timerFact(command, NOW));

/** A response has arrived completely. */
export const receiveResponse = (waiting: Awaiting | Delivering, response: HttpResponse): ActivityOutcome =>
  waiting.type === "awaiting"
    ? feedFact(waiting.current, { type: "response", attempt: waiting.command.attempt, ...response, at: NOW })
    : feedFact(waiting.current, { type: "adviceResponse", adviceId: waiting.advice.message.id, ...response, at: NOW });

/** No response will come. The forwarder postpones an advice, and nothing is stored. */
export const giveUpWaiting = (waiting: Awaiting | Delivering, cause: NoResponseCause): ActivityOutcome =>
  waiting.type === "awaiting"
    ? feedFact(waiting.current, { type: "noResponse", attempt: waiting.command.attempt, cause, at: NOW })
    : {};

const feedFact = (current: VersionedTransaction, fact: Fact): ActivityOutcome => toOutcome(afterCommand(current, fact));

/** Takes up what is due on a stored transaction, as after a restart. */
export function resumeDue(transaction: Transaction): ActivityOutcome {
  const current = { transaction, version: STORED_VERSION };
  const progress = resumeStep(current, NOW);
  const [command] = progress.step.commands;
  return command?.type === "queueAdvice"
    ? { activity: { type: "delivering", advice: command.advice, current, responses: [] } }
    : toOutcome(nextAction(progress));
}
