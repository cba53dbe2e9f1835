import type { Result } from "neverthrow";
import type { Advice, Request } from "./messages/operations.ts";
import type { HttpResponse, NoResponseCause } from "./responses/http-response.ts";
import type { Command, Fact, Ignored, Intent, Refusal, Step, WakeAt } from "./step.ts";
import type { Instant } from "./time.ts";
import { decide, observe, resume, timerFact, type Transaction } from "./transaction.ts";

// Given, when, then: the words in which the core's own flows are specified. They stand here, and not in the testkit, because the
// testkit depends on the core: so the core's tests and a user's tests have one copy of them. They need no test runner: the caller
// says how two values are compared.

/** What an intent says, but for its moment. */
type IntentWithoutTime = Intent extends infer Each ? (Each extends Intent ? Omit<Each, "at"> : never) : never;

/** Throws if `found` does not equal `expected`; a field that is `undefined` counts as absent. */
export type ExpectEqual = (found: unknown, expected: unknown) => void;

/** One transaction, followed from message to message. Seconds count from its start. Each call throws if it is not as it says. */
export interface TransactionFlow {
  /** What comes next happens at this second. */
  at(second: number): TransactionFlow;
  /** The step asks for this message, to be sent and responded to until that second. */
  sends(request: Request, attempt: number, untilSecond: number): void;
  /** The step asks for a timer; its pause lies between these seconds from now. */
  waits(timer: WakeAt["timer"], attempt: number, between: readonly [shortest: number, longest: number]): void;
  /** The step stores this advice, to be delivered from that second on. */
  queues(advice: Advice, fromSecond: number): void;
  /** The step asks for nothing, but perhaps to give up a lookup one day: the caller or the operator must act, or nothing is left to do. */
  isIn(state: Transaction["state"]): void;
  /** Electrum responds to the attempt that is under way. */
  receives(response: HttpResponse): void;
  /** Electrum responds to an attempt, and the response is ignored. */
  receivesTooLate(attempt: number, response: HttpResponse): void;
  timesOut(cause?: NoResponseCause): void;
  /** The process dies and comes back: what was under way is waited for, and never sent again. */
  restarts(): void;
  /** The timer that the last step asked for fires, at its time or later. */
  wakesAt(second: number): void;
  /** Electrum responds to the advice, which had been delivered `repeats` times before. */
  adviceResponse(response: HttpResponse, repeats?: number): void;
  /** Electrum's response does not acknowledge the advice: it stays as it is, to be sent again. */
  mustRepeatAfter(response: HttpResponse): void;
  intends(intent: IntentWithoutTime): void;
  /** The same again: accepted, and nothing changes. */
  intendsAgain(intent: IntentWithoutTime): void;
  isRefused(intent: IntentWithoutTime, refusal: Refusal): void;
  transaction(): Transaction;
  /** The state and what only it has, without what never changes. */
  state(): object;
}

/** Where a transaction has come to. */
interface Progress {
  transaction: Transaction;
  command: Command | undefined;
  /** The attempt that went out last. */
  attempt: number;
  now: Instant;
  readonly expectEqual: ExpectEqual;
}

/**
 * Follows a transaction from its first step.
 *
 * @example
 * const flow = followTransaction(startProvision(start)._unsafeUnwrap(), assert.deepEqual);
 * flow.sends({ operation: "provisionVoucher", message: start.request }, 0, 60);
 * flow.at(60).timesOut();
 * flow.waits("retry", 1, [0.5, 1]);
 */
export function followTransactionWith(
  { transaction, commands }: Step<Transaction>,
  expectEqual: ExpectEqual,
): TransactionFlow {
  const course: Progress = { transaction, command: commands[0], attempt: 0, now: transaction.start.at, expectEqual };
  const flow: TransactionFlow = {
    at(second) {
      course.now = moment(course, second);
      return flow;
    },
    ...expectations(course),
    ...facts(course),
    ...intents(course),
    transaction: () => course.transaction,
    state() {
      const { kind: _kind, id: _id, start: _start, ...rest } = course.transaction;
      return rest;
    },
  };
  return flow;
}

const SECONDS = 1_000;

const moment = ({ transaction }: Progress, second: number): Instant => transaction.start.at + second * SECONDS;

function applyStep(course: Progress, step: Step<Transaction>, ignored?: Ignored): void {
  course.expectEqual(step.ignored, ignored);
  const [command] = step.commands;
  course.transaction = step.transaction;
  course.command = command;
  if (command?.type === "sendRequest") course.attempt = command.attempt;
}

const expectations = (course: Progress): Pick<TransactionFlow, "sends" | "waits" | "queues" | "isIn"> => ({
  sends(request, attempt, untilSecond) {
    course.expectEqual(course.command, {
      type: "sendRequest",
      attempt,
      request,
      deadlineAt: moment(course, untilSecond),
    });
  },
  waits(timer, attempt, [shortest, longest]) {
    const { command } = course;
    if (command?.type !== "wakeAt") throw new Error(`expected a timer, not ${command?.type ?? "nothing"}`);
    course.expectEqual({ timer: command.timer, attempt: command.attempt }, { timer, attempt });
    const pause = (command.at - course.now) / SECONDS;
    if (pause < shortest || pause > longest) throw new Error(`expected ${shortest} to ${longest} s, not ${pause} s`);
  },
  queues(advice, fromSecond) {
    course.expectEqual(course.command, { type: "queueAdvice", advice, notBefore: moment(course, fromSecond) });
  },
  isIn(state) {
    const command = course.command?.type === "wakeAt" && course.command.timer === "expiry" ? undefined : course.command;
    course.expectEqual({ state: course.transaction.state, command }, { state, command: undefined });
  },
});

function facts(
  course: Progress,
): Pick<
  TransactionFlow,
  "receives" | "receivesTooLate" | "timesOut" | "restarts" | "wakesAt" | "adviceResponse" | "mustRepeatAfter"
> {
  const happens = (fact: Fact, ignored?: Ignored): void =>
    applyStep(course, observe(course.transaction, fact), ignored);
  const reply = (attempt: number, response: HttpResponse): Fact => ({
    type: "response",
    attempt,
    at: course.now,
    ...response,
  });
  const toAdviceResponse = (response: HttpResponse, repeats?: number): Fact => {
    if (!("advice" in course.transaction)) throw new Error("no advice is on its way");
    const adviceId = course.transaction.advice.message.id;
    const fact: Fact = { type: "adviceResponse", adviceId, at: course.now, ...response };
    return repeats === undefined ? fact : { ...fact, repeats };
  };
  return {
    receives: (response) => happens(reply(course.attempt, response)),
    receivesTooLate: (attempt, response) => happens(reply(attempt, response), "late"),
    timesOut: (cause = "deadline") => happens({ type: "noResponse", attempt: course.attempt, cause, at: course.now }),
    restarts: () => applyStep(course, resume(course.transaction)),
    wakesAt(second) {
      const { command } = course;
      if (command?.type !== "wakeAt") throw new Error("no timer is set");
      course.now = moment(course, second);
      happens(timerFact(command, course.now));
    },
    adviceResponse: (response, repeats) => happens(toAdviceResponse(response, repeats)),
    mustRepeatAfter(response) {
      const before = course.transaction;
      happens(toAdviceResponse(response), "notAcknowledged");
      if (course.transaction !== before) throw new Error("expected the transaction as it was, not another");
    },
  };
}

function intents(course: Progress): Pick<TransactionFlow, "intends" | "intendsAgain" | "isRefused"> {
  const decided = (wanted: IntentWithoutTime): Result<Step<Transaction>, Refusal> =>
    decide(course.transaction, { ...wanted, at: course.now });
  return {
    intends: (wanted) => applyStep(course, accepted(decided(wanted))),
    intendsAgain: (wanted) =>
      course.expectEqual(accepted(decided(wanted)), { transaction: course.transaction, commands: [] }),
    isRefused: (wanted, refusal) =>
      course.expectEqual(
        decided(wanted).match(
          () => "accepted",
          (error) => error,
        ),
        refusal,
      ),
  };
}

const accepted = (result: Result<Step<Transaction>, Refusal>): Step<Transaction> =>
  result.match(
    (step) => step,
    (refusal) => {
      throw new Error(`expected it to be accepted, not refused: ${JSON.stringify(refusal)}`);
    },
  );
