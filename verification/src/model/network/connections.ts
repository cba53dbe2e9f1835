import type { Answer } from "@electrum-vouchers/core";
import type { Activity } from "../till/activity.ts";
import { createInterner, type Interner, memoize } from "../search/intern.ts";
import type { Message } from "./network.ts";
import type { Space } from "../space.ts";
import type { State } from "../search/state.ts";
import { NOW } from "../time/time.ts";

/** Which activity waits for the answer to which message. */
export interface Connections {
  readonly answers: Interner<Answer>;
  /** The activities that the answer to this message may go to. */
  receivers(state: State, message: number): readonly number[];
  /** The activity, with an answer on its way to it. */
  withAnswer(activity: number, answer: number): number;
  /** Whether no answer can come any more to an activity that waits for one. */
  isHopeless(state: State, activity: number): boolean;
}

/** How many answers can be on their way to one connection, where something repeats a request once by itself. */
const MAX_ANSWERS = 2;

export function createConnections({ configuration, activities, messages, networks }: Space): Connections {
  const answers = createInterner<Answer>(JSON.stringify);
  const bound = configuration.repeats ? MAX_ANSWERS : 1;

  const isFor = memoize((activity: number, message: number) =>
    waitsFor(activities.valueOf(activity), messages.valueOf(message)),
  );
  const answersTo = memoize((activity: number) => {
    const waiting = activities.valueOf(activity);
    return "answers" in waiting ? waiting.answers.length : 0;
  });
  const isOver = memoize((activity: number) => {
    const waiting = activities.valueOf(activity);
    return waiting.type === "awaiting" && NOW >= waiting.command.deadlineAt;
  });

  return {
    answers,
    receivers: (state, message) =>
      state.activities.filter((each) => each !== 0 && isFor(each, message) && answersTo(each) < bound),
    withAnswer: memoize((activity: number, answer: number) => {
      const waiting = activities.valueOf(activity);
      return "answers" in waiting
        ? activities.idOf({ ...waiting, answers: [...waiting.answers, answers.valueOf(answer)] })
        : activity;
    }),
    isHopeless: (state, activity) =>
      answersTo(activity) === 0 &&
      (isOver(activity) || !networks.valueOf(state.network).some((message) => isFor(activity, message))),
  };
}

function waitsFor(activity: Activity, message: Message): boolean {
  switch (activity.type) {
    case "awaiting":
      return message.type === "request" && message.attempt === activity.command.attempt;
    case "delivering":
      return message.type === "advice" && message.outgoing.message.id === activity.advice.message.id;
    default:
      return false;
  }
}
