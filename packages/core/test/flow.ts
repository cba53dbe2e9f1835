import type { Result } from "neverthrow";
import { expect } from "vitest";
import {
  type Advice,
  type HttpResponse,
  type Command,
  decide,
  type Fact,
  type Ignored,
  type Instant,
  type Intent,
  observe,
  type Refusal,
  type Request,
  resume,
  type NoResponseCause,
  type Step,
  type Transaction,
  timerFact,
  type WakeAt,
} from "../src/index.ts";
import { AT, SECONDS } from "./messages.ts";
import { unwrap } from "./unwrap.ts";

/** An intent without its time. */
type IntentWithoutTime = Intent extends infer Each ? (Each extends Intent ? Omit<Each, "at"> : never) : never;

/** One transaction, step by step. Seconds count from its start. */
export interface Flow {
  /** The next events happen at this second. */
  at(second: number): Flow;
  /** The step's command sends this message, with its deadline at that second. */
  sends(request: Request, attempt: number, untilSecond: number): void;
  /** The step's command is a timer, between these seconds from now. */
  waits(timer: WakeAt["timer"], attempt: number, between: readonly [shortest: number, longest: number]): void;
  /** The step's command queues this advice, to be delivered from that second on. */
  queues(advice: Advice, fromSecond: number): void;
  /** The step has no command: the transaction waits for the till, for an operator or for nothing. */
  isIn(state: Transaction["state"]): void;
  /** Electrum responds to the attempt under way. */
  receives(response: HttpResponse): void;
  /** Electrum responds to an attempt, and the response is ignored. */
  receivesTooLate(attempt: number, response: HttpResponse): void;
  timesOut(cause?: NoResponseCause): void;
  /** The process ends and restarts: an attempt under way is waited for, and never sent again. */
  restarts(): void;
  /** The last step's timer fires: at its time, or late. */
  wakesAt(second: number): void;
  /** Electrum responds to the advice. */
  adviceResponse(response: HttpResponse): void;
  /** Electrum's response does not acknowledge the advice, which must be sent again. */
  mustRepeatAfter(response: HttpResponse): void;
  intends(intent: IntentWithoutTime): void;
  /** The same intent again: accepted, and nothing changes. */
  intendsAgain(intent: IntentWithoutTime): void;
  isRefused(intent: IntentWithoutTime, refusal: Refusal): void;
  transaction(): Transaction;
  /** The state and its own fields, without those that never change. */
  state(): object;
}

/** The transaction now. */
interface Progress {
  transaction: Transaction;
  command: Command | undefined;
  /** The attempt that was sent last. */
  attempt: number;
  now: Instant;
}

export function followTransaction({ transaction, commands }: Step<Transaction>): Flow {
  const course: Progress = { transaction, command: commands[0], attempt: 0, now: AT };
  const flow: Flow = {
    at(second) {
      course.now = moment(second);
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

const moment = (second: number): Instant => AT + second * SECONDS;

function applyStep(course: Progress, step: Step<Transaction>, ignored?: Ignored): void {
  expect(step.ignored).toBe(ignored);
  const [command] = step.commands;
  course.transaction = step.transaction;
  course.command = command;
  if (command?.type === "sendRequest") course.attempt = command.attempt;
}

const expectations = (course: Progress): Pick<Flow, "sends" | "waits" | "queues" | "isIn"> => ({
  sends(request, attempt, untilSecond) {
    expect(course.command).toEqual({ type: "sendRequest", attempt, request, deadlineAt: moment(untilSecond) });
  },
  waits(timer, attempt, [shortest, longest]) {
    const { command } = course;
    if (command?.type !== "wakeAt") throw new Error(`expected a timer, not ${command?.type ?? "nothing"}`);
    expect({ timer: command.timer, attempt: command.attempt }).toEqual({ timer, attempt });
    expect(command.at - course.now).toBeGreaterThanOrEqual(shortest * SECONDS);
    expect(command.at - course.now).toBeLessThanOrEqual(longest * SECONDS);
  },
  queues(advice, fromSecond) {
    expect(course.command).toEqual({ type: "queueAdvice", advice, notBefore: moment(fromSecond) });
  },
  isIn(state) {
    expect({ state: course.transaction.state, command: course.command }).toEqual({ state, command: undefined });
  },
});

function facts(
  course: Progress,
): Pick<
  Flow,
  "receives" | "receivesTooLate" | "timesOut" | "restarts" | "wakesAt" | "adviceResponse" | "mustRepeatAfter"
> {
  const happens = (fact: Fact, ignored?: Ignored): void =>
    applyStep(course, observe(course.transaction, fact), ignored);
  const createResponse = (attempt: number, response: HttpResponse): Fact => ({
    type: "response",
    attempt,
    at: course.now,
    ...response,
  });
  const toAdviceResponse = (response: HttpResponse): Fact => {
    if (!("advice" in course.transaction)) throw new Error("no advice is owed");
    const adviceId = course.transaction.advice.message.id;
    return { type: "adviceResponse", adviceId, at: course.now, ...response };
  };
  return {
    receives: (response) => happens(createResponse(course.attempt, response)),
    receivesTooLate: (attempt, response) => happens(createResponse(attempt, response), "late"),
    timesOut: (cause = "deadline") => happens({ type: "noResponse", attempt: course.attempt, cause, at: course.now }),
    restarts: () => applyStep(course, resume(course.transaction)),
    wakesAt(second) {
      const { command } = course;
      if (command?.type !== "wakeAt") throw new Error("no timer is set");
      course.now = moment(second);
      happens(timerFact(command, course.now));
    },
    adviceResponse: (response) => happens(toAdviceResponse(response)),
    mustRepeatAfter(response) {
      const before = course.transaction;
      happens(toAdviceResponse(response), "notAcknowledged");
      expect(course.transaction).toBe(before);
    },
  };
}

function intents(course: Progress): Pick<Flow, "intends" | "intendsAgain" | "isRefused"> {
  const decideNow = (wanted: IntentWithoutTime): Result<Step<Transaction>, Refusal> =>
    decide(course.transaction, { ...wanted, at: course.now });
  return {
    intends: (wanted) => applyStep(course, unwrap(decideNow(wanted))),
    intendsAgain: (wanted) =>
      expect(unwrap(decideNow(wanted))).toEqual({ transaction: course.transaction, commands: [] }),
    isRefused: (wanted, refusal) =>
      expect(
        decideNow(wanted).match(
          () => "accepted",
          (error) => error,
        ),
      ).toEqual(refusal),
  };
}
