import {
  type Answer,
  type Command,
  encode,
  type Fact,
  type SilenceCause,
  type Transaction,
  wake,
} from "@electrum-vouchers/core";
import type { CommitError } from "@electrum-vouchers/core/ports";
import { committed, performed, resumed, take, type Turn, type Versioned } from "@electrum-vouchers/runtime/drive";
import { err, ok, type Result } from "neverthrow";
import {
  type Activity,
  type Awaiting,
  type CommitTurn,
  type Delivering,
  NONE,
  type Sending,
  type Sleeping,
  STORED,
} from "./activity.ts";
import { later, NOW } from "../time/time.ts";

/** What an activity comes to: another one, or its end. */
export interface Outcome {
  readonly activity?: Activity;
  /** It has ended well, and its caller gets this: a voucher that can be handed over then is. */
  readonly given?: Transaction;
}

/** What a turn of the shipped loop comes to. */
export function outcomeOf(turn: Turn): Outcome {
  switch (turn.type) {
    case "commit":
      return { activity: turn };
    case "perform":
      return underWay(turn.command, asStored(turn.current));
    case "rest":
      return { given: turn.current.transaction };
    case "fail":
      return {};
  }
}

/** What has just been committed is what is stored now. */
const asStored = ({ transaction, version }: Versioned): Versioned => ({
  transaction: later(transaction, 0),
  version: Math.min(version, STORED),
});

/**
 * What the runtime's hands make of a command. An advice is left to the forwarder, and a reply or a decision that is not due to
 * the timers; the rest takes time.
 */
function underWay(command: Command, current: Versioned): Outcome {
  switch (command.type) {
    case "queueAdvice":
      return outcomeOf(performed(current, undefined));
    case "sendRequest":
      return { activity: { type: "sending", command, current } };
    case "wakeAt": {
      const isNextAttempt = command.timer === "retry" || command.timer === "lookup";
      return isNextAttempt || command.at <= NOW
        ? { activity: { type: "sleeping", command, current } }
        : outcomeOf(performed(current, undefined));
    }
  }
}

/** The turn's change meets what the outbox holds: it is taken where nothing came in between. */
export function commit(
  turn: CommitTurn,
  stored: Transaction | undefined,
): { readonly isTaken: boolean; readonly outcome: Outcome } {
  const isTaken = turn.change.expectedVersion === (stored === undefined ? NONE : STORED);
  return { isTaken, outcome: outcomeOf(committed(turn, isTaken ? ok() : conflictOf(turn, stored))) };
}

function conflictOf({ change: { id } }: CommitTurn, stored: Transaction | undefined): Result<void, CommitError> {
  if (stored === undefined) return err({ type: "conflict" });
  return err({ type: "conflict", winner: { id, version: STORED, record: encode(stored) } });
}

/** A request goes out, unless its deadline has come. */
export const send = ({ command, current }: Sending): Outcome =>
  NOW < command.deadlineAt
    ? { activity: { type: "awaiting", command, current, answers: [] } }
    : fed(current, { type: "silence", attempt: command.attempt, cause: "notSent", at: NOW });

export const awake = ({ command, current }: Sleeping): Outcome => fed(current, wake(command, NOW));

/** An answer is complete. */
export const answered = (waiting: Awaiting | Delivering, answer: Answer): Outcome =>
  waiting.type === "awaiting"
    ? fed(waiting.current, { type: "reply", attempt: waiting.command.attempt, ...answer, at: NOW })
    : fed(waiting.current, { type: "adviceAnswered", adviceId: waiting.advice.message.id, ...answer, at: NOW });

/** No answer will come. The forwarder puts the advice off; nothing is stored. */
export const unanswered = (waiting: Awaiting | Delivering, cause: SilenceCause): Outcome =>
  waiting.type === "awaiting"
    ? fed(waiting.current, { type: "silence", attempt: waiting.command.attempt, cause, at: NOW })
    : {};

const fed = (current: Versioned, fact: Fact): Outcome => outcomeOf(performed(current, fact));

/** What is due on a stored transaction is taken up, as after a restart. */
export function takeUp(transaction: Transaction): Outcome {
  const current = { transaction, version: STORED };
  const progress = resumed(current, NOW);
  const [command] = progress.step.commands;
  return command?.type === "queueAdvice"
    ? { activity: { type: "delivering", advice: command.advice, current, answers: [] } }
    : outcomeOf(take(progress));
}
