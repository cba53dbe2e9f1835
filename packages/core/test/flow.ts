import type { Result } from "neverthrow";
import { expect } from "vitest";
import {
  type Advice,
  type Answer,
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
  type SilenceCause,
  type Step,
  type Transaction,
  wake,
  type WakeAt,
} from "../src/index.ts";
import { AT, SECONDS } from "./messages.ts";
import { must } from "./must.ts";

/** What an intent says, but for its moment. */
type Wanted = Intent extends infer Each ? (Each extends Intent ? Omit<Each, "at"> : never) : never;

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
  restsIn(state: Transaction["state"]): void;
  /** Electrum answers the attempt that is under way. */
  hears(answer: Answer): void;
  /** Electrum answers an attempt, and the answer is ignored. */
  hearsTooLate(attempt: number, answer: Answer): void;
  hearsNothing(cause?: SilenceCause): void;
  /** The process dies and comes back: what was under way is waited for, and never sent again. */
  restarts(): void;
  /** The timer that the last step asked for fires: at its time, or whenever somebody gets round to it. */
  wakesAt(second: number): void;
  /** Electrum answers the advice. */
  isAnswered(answer: Answer): void;
  /** Electrum's answer does not acknowledge the advice: it stays as it is, to be sent again. */
  mustRepeatAfter(answer: Answer): void;
  wants(intent: Wanted): void;
  /** The same again: accepted, and nothing changes. */
  wantsAgain(intent: Wanted): void;
  isRefused(intent: Wanted, refusal: Refusal): void;
  transaction(): Transaction;
  /** The state and what only it has, without what never changes. */
  state(): object;
}

/** Where a transaction has come to. */
interface Course {
  transaction: Transaction;
  command: Command | undefined;
  /** The attempt that went out last. */
  attempt: number;
  now: Instant;
}

export function follow({ transaction, commands }: Step<Transaction>): Flow {
  const course: Course = { transaction, command: commands[0], attempt: 0, now: AT };
  const flow: Flow = {
    at(second) {
      course.now = moment(second);
      return flow;
    },
    ...whatIsAskedFor(course),
    ...whatHappens(course),
    ...whatIsWanted(course),
    transaction: () => course.transaction,
    state() {
      const { kind: _kind, id: _id, start: _start, ...rest } = course.transaction;
      return rest;
    },
  };
  return flow;
}

const moment = (second: number): Instant => AT + second * SECONDS;

function take(course: Course, step: Step<Transaction>, ignored?: Ignored): void {
  expect(step.ignored).toBe(ignored);
  const [command] = step.commands;
  course.transaction = step.transaction;
  course.command = command;
  if (command?.type === "sendRequest") course.attempt = command.attempt;
}

const whatIsAskedFor = (course: Course): Pick<Flow, "sends" | "waits" | "queues" | "restsIn"> => ({
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
  restsIn(state) {
    expect({ state: course.transaction.state, command: course.command }).toEqual({ state, command: undefined });
  },
});

function whatHappens(
  course: Course,
): Pick<Flow, "hears" | "hearsTooLate" | "hearsNothing" | "restarts" | "wakesAt" | "isAnswered" | "mustRepeatAfter"> {
  const happens = (fact: Fact, ignored?: Ignored): void => take(course, observe(course.transaction, fact), ignored);
  const reply = (attempt: number, answer: Answer): Fact => ({ type: "reply", attempt, at: course.now, ...answer });
  const adviceAnswered = (answer: Answer): Fact => {
    if (!("advice" in course.transaction)) throw new Error("no advice is on its way");
    const adviceId = course.transaction.advice.message.id;
    return { type: "adviceAnswered", adviceId, at: course.now, ...answer };
  };
  return {
    hears: (answer) => happens(reply(course.attempt, answer)),
    hearsTooLate: (attempt, answer) => happens(reply(attempt, answer), "late"),
    hearsNothing: (cause = "deadline") => happens({ type: "silence", attempt: course.attempt, cause, at: course.now }),
    restarts: () => take(course, resume(course.transaction)),
    wakesAt(second) {
      const { command } = course;
      if (command?.type !== "wakeAt") throw new Error("no timer is set");
      course.now = moment(second);
      happens(wake(command, course.now));
    },
    isAnswered: (answer) => happens(adviceAnswered(answer)),
    mustRepeatAfter(answer) {
      const before = course.transaction;
      happens(adviceAnswered(answer), "notAcknowledged");
      expect(course.transaction).toBe(before);
    },
  };
}

function whatIsWanted(course: Course): Pick<Flow, "wants" | "wantsAgain" | "isRefused"> {
  const decided = (wanted: Wanted): Result<Step<Transaction>, Refusal> =>
    decide(course.transaction, { ...wanted, at: course.now });
  return {
    wants: (wanted) => take(course, must(decided(wanted))),
    wantsAgain: (wanted) => expect(must(decided(wanted))).toEqual({ transaction: course.transaction, commands: [] }),
    isRefused: (wanted, refusal) =>
      expect(
        decided(wanted).match(
          () => "accepted",
          (error) => error,
        ),
      ).toEqual(refusal),
  };
}
