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

/** What an intent says, but for its moment. */
type IntentWithoutTime = Intent extends infer Each ? (Each extends Intent ? Omit<Each, "at"> : never) : never;

/** One transaction, followed from message to message. Seconds count from its start. */
export interface Flow {
  /** What comes next happens at this second. */
  at(second: number): Flow;
  /** The step asks for this message, to be sent and answered until that second. */
  sends(request: Request, attempt: number, untilSecond: number): void;
  /** The step asks for a timer; its pause lies between these seconds from now. */
  waits(timer: WakeAt["timer"], attempt: number, between: readonly [shortest: number, longest: number]): void;
  /** The step stores this advice, to be delivered from that second on. */
  queues(advice: Advice, fromSecond: number): void;
  /** The step asks for nothing: the till, a person or nobody must act. */
  isIn(state: Transaction["state"]): void;
  /** Electrum answers the attempt that is under way. */
  receives(answer: HttpResponse): void;
  /** Electrum answers an attempt, and the answer is ignored. */
  receivesTooLate(attempt: number, answer: HttpResponse): void;
  timesOut(cause?: NoResponseCause): void;
  /** The process dies and comes back: what was under way is waited for, and never sent again. */
  restarts(): void;
  /** The timer that the last step asked for fires: at its time, or whenever somebody gets round to it. */
  wakesAt(second: number): void;
  /** Electrum answers the advice, which had been delivered `repeats` times before. */
  adviceResponse(answer: HttpResponse, repeats?: number): void;
  /** Electrum's answer does not acknowledge the advice: it stays as it is, to be sent again. */
  mustRepeatAfter(answer: HttpResponse): void;
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
  const reply = (attempt: number, answer: HttpResponse): Fact => ({
    type: "response",
    attempt,
    at: course.now,
    ...answer,
  });
  const toAdviceResponse = (answer: HttpResponse, repeats?: number): Fact => {
    if (!("advice" in course.transaction)) throw new Error("no advice is on its way");
    const adviceId = course.transaction.advice.message.id;
    return {
      type: "adviceResponse",
      adviceId,
      at: course.now,
      ...answer,
      ...(repeats === undefined ? {} : { repeats }),
    };
  };
  return {
    receives: (answer) => happens(reply(course.attempt, answer)),
    receivesTooLate: (attempt, answer) => happens(reply(attempt, answer), "late"),
    timesOut: (cause = "deadline") => happens({ type: "noResponse", attempt: course.attempt, cause, at: course.now }),
    restarts: () => applyStep(course, resume(course.transaction)),
    wakesAt(second) {
      const { command } = course;
      if (command?.type !== "wakeAt") throw new Error("no timer is set");
      course.now = moment(second);
      happens(timerFact(command, course.now));
    },
    adviceResponse: (answer, repeats) => happens(toAdviceResponse(answer, repeats)),
    mustRepeatAfter(answer) {
      const before = course.transaction;
      happens(toAdviceResponse(answer), "notAcknowledged");
      expect(course.transaction).toBe(before);
    },
  };
}

function intents(course: Progress): Pick<Flow, "intends" | "intendsAgain" | "isRefused"> {
  const decided = (wanted: IntentWithoutTime): Result<Step<Transaction>, Refusal> =>
    decide(course.transaction, { ...wanted, at: course.now });
  return {
    intends: (wanted) => applyStep(course, unwrap(decided(wanted))),
    intendsAgain: (wanted) =>
      expect(unwrap(decided(wanted))).toEqual({ transaction: course.transaction, commands: [] }),
    isRefused: (wanted, refusal) =>
      expect(
        decided(wanted).match(
          () => "accepted",
          (error) => error,
        ),
      ).toEqual(refusal),
  };
}
