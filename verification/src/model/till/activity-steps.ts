import type { SilenceCause } from "@electrum-vouchers/core";
import { messageOf } from "../network/network.ts";
import { memoize } from "../search/intern.ts";
import type { Space } from "../space.ts";
import { NOW } from "../time/time.ts";
import {
  type Activity,
  type Awaiting,
  type CommitTurn,
  type Delivering,
  NONE,
  type Sending,
  withVersion,
} from "./activity.ts";
import { createCommitting } from "./committing.ts";
import { answered, awake, send, unanswered } from "./till.ts";
import { createStepMaker, type TillStep } from "./till-step.ts";

/** What can happen to the activities of the till. Its code is pure: each step is taken once, however many states take it. */
export interface ActivitySteps {
  goOn(activity: number, record: number): readonly TillStep[];
  commit(turn: CommitTurn, record: number): TillStep;
  /** The activity, after somebody else's commit. */
  outdated(activity: number): number;
}

export function createActivitySteps(space: Space): ActivitySteps {
  const { configuration, activities, messages } = space;
  const stepTo = createStepMaker(space);
  const commit = createCommitting(space);
  const silences = configuration.troubles === "every" ? everySilence : (["deadline"] as const);

  function sendStep(activity: Sending): TillStep {
    const { request, attempt } = activity.command;
    const outcome = send(activity);
    return outcome.activity?.type === "awaiting"
      ? stepTo("ordinary", `sends ${request.operation}, attempt ${attempt}`, outcome, {
          sends: messages.idOf(messageOf(outcome.activity)),
        })
      : stepTo("ordinary", `is too late to send ${request.operation}, attempt ${attempt}`, outcome);
  }

  const answerSteps = (waiting: Awaiting | Delivering): readonly TillStep[] => [
    ...waiting.answers.map((answer) => {
      const hears = waiting.type === "awaiting" ? { hears: waiting.command.attempt } : {};
      return stepTo("ordinary", `reads the answer ${answer.status}`, answered(waiting, answer), hears);
    }),
    ...(waiting.type === "awaiting" ? silences : (["deadline"] as const)).map((cause) =>
      stepTo("silence", "gives up waiting for the answer", unanswered(waiting, cause)),
    ),
  ];

  function proceed(activity: Activity, record: number): readonly TillStep[] {
    switch (activity.type) {
      case "commit":
        return commit(activity, record);
      case "sending":
        return [sendStep(activity)];
      case "sleeping":
        return activity.command.at <= NOW ? [stepTo("ordinary", "wakes up", awake(activity))] : [];
      case "awaiting":
      case "delivering":
        return answerSteps(activity);
    }
  }

  return {
    commit: (turn, record) => commit(turn, record)[0],
    goOn: memoize((id: number, record: number) => {
      const activity = activities.valueOf(id);
      return [...proceed(activity, record), stepTo("fault", `dies ${lastWords[activity.type]}`, {})];
    }),
    outdated: memoize((id: number) => activities.idOf(withVersion(activities.valueOf(id), NONE))),
  };
}

/** Why there may be no answer. Nothing follows from which it is. */
const everySilence = [
  "deadline",
  "notSent",
  "unreachable",
  "insecure",
  "interrupted",
  "tooLarge",
  "credentials",
  "stopped",
] as const satisfies readonly SilenceCause[];

const lastWords: Readonly<Record<Activity["type"], string>> = {
  commit: "before its commit",
  sending: "after its commit",
  sleeping: "before its next attempt",
  awaiting: "before its answer",
  delivering: "before its answer",
};
