import type { NoResponseCause } from "@electrum-vouchers/core";
import { messageOf } from "../network/network.ts";
import { memoize } from "../search/intern.ts";
import type { StateSpace } from "../state-space.ts";
import { NOW } from "../time/time.ts";
import {
  type Activity,
  type Awaiting,
  type CommitActivity,
  type Delivering,
  NO_VERSION,
  type Sending,
  withVersion,
} from "./activity.ts";
import { createCommitSteps } from "./commit-steps.ts";
import { receiveResponse, wakeUp, sendRequest, giveUpWaiting } from "./till.ts";
import { createStepMaker, type TillStep } from "./till-step.ts";

/** What can happen to the activities of the till. The code is pure, so each step is computed once, however many states share it. */
export interface ActivitySteps {
  advance(activity: number, record: number): readonly TillStep[];
  commit(commitActivity: CommitActivity, record: number): TillStep;
  /** The activity, after another activity's commit. */
  markOutdated(activity: number): number;
}

export function createActivitySteps(space: StateSpace): ActivitySteps {
  const { configuration, activities, messages } = space;
  const makeStep = createStepMaker(space);
  const commit = createCommitSteps(space);
  const noResponseCauses = configuration.faults === "every" ? everyNoResponseCause : (["deadline"] as const);

  function sendStep(activity: Sending): TillStep {
    const { request, attempt } = activity.command;
    const outcome = sendRequest(activity);
    return outcome.activity?.type === "awaiting"
      ? makeStep("normal", `sends ${request.operation}, attempt ${attempt}`, outcome, {
          sentMessage: messages.idOf(messageOf(outcome.activity)),
        })
      : makeStep("normal", `is too late to send ${request.operation}, attempt ${attempt}`, outcome);
  }

  const responseSteps = (waiting: Awaiting | Delivering): readonly TillStep[] => [
    ...waiting.responses.map((response) => {
      const answeredAttempt = waiting.type === "awaiting" ? { answeredAttempt: waiting.command.attempt } : {};
      return makeStep(
        "normal",
        `reads the answer ${response.status}`,
        receiveResponse(waiting, response),
        answeredAttempt,
      );
    }),
    ...(waiting.type === "awaiting" ? noResponseCauses : (["deadline"] as const)).map((cause) =>
      makeStep("giveUp", "gives up waiting for the answer", giveUpWaiting(waiting, cause)),
    ),
  ];

  function proceed(activity: Activity, record: number): readonly TillStep[] {
    switch (activity.type) {
      case "commit":
        return commit(activity, record);
      case "sending":
        return [sendStep(activity)];
      case "sleeping":
        return activity.command.at <= NOW ? [makeStep("normal", "wakes up", wakeUp(activity))] : [];
      case "awaiting":
      case "delivering":
        return responseSteps(activity);
    }
  }

  return {
    commit: (turn, record) => commit(turn, record)[0],
    advance: memoize((id: number, record: number) => {
      const activity = activities.valueOf(id);
      return [...proceed(activity, record), makeStep("fault", `dies ${crashDescriptions[activity.type]}`, {})];
    }),
    markOutdated: memoize((id: number) => activities.idOf(withVersion(activities.valueOf(id), NO_VERSION))),
  };
}

/** Why there may be no response. The cause changes nothing. */
const everyNoResponseCause = [
  "deadline",
  "notSent",
  "unreachable",
  "cannotSend",
  "insecure",
  "interrupted",
  "tooLarge",
  "credentials",
  "stopped",
] as const satisfies readonly NoResponseCause[];

const crashDescriptions: Readonly<Record<Activity["type"], string>> = {
  commit: "before its commit",
  sending: "after its commit",
  sleeping: "before its next attempt",
  awaiting: "before its answer",
  delivering: "before its answer",
};
