import { decode, type Entry } from "@electrum-vouchers/core";
import {
  type Activity,
  type Awaiting,
  type CommitTurn,
  type Delivering,
  NONE,
  type Sending,
  withVersion,
} from "./activity.ts";
import { memoize } from "../search/intern.ts";
import { brokenByCommit } from "../judgement/invariants.ts";
import { messageOf } from "../network/network.ts";
import type { Space } from "../space.ts";
import { answered, awake, commit, send, unanswered } from "./till.ts";
import { createStepMaker, type Decided, type TillStep } from "./till-step.ts";
import { later, NOW } from "../time/time.ts";

/** What can happen to the activities of the till. Its code is pure: each step is taken once, however many states take it. */
export interface ActivitySteps {
  goOn(activity: number, record: number): readonly TillStep[];
  commit(turn: CommitTurn, record: number): TillStep;
  /** The activity, after somebody else's commit. */
  outdated(activity: number): number;
}

export function createActivitySteps(space: Space): ActivitySteps {
  const { transactions, activities, messages } = space;
  const stepTo = createStepMaker(space);

  function commitStep(turn: CommitTurn, record: number): TillStep {
    const stored = record === 0 ? undefined : transactions.valueOf(record);
    const { isTaken, outcome } = commit(turn, stored);
    if (!isTaken) return stepTo("ordinary", "commits in vain: another step was first", outcome);
    const next = later(decode(turn.change.record)._unsafeUnwrap(), 0);
    const broken = brokenByCommit(stored, turn);
    const decides = decidedBy(turn.stepped.entry);
    return stepTo("ordinary", `commits: ${stored?.state ?? "nothing"} -> ${next.state}`, outcome, {
      record: transactions.idOf(next),
      ...(decides === undefined ? {} : { decides }),
      ...(broken === undefined ? {} : { broken }),
    });
  }

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
    stepTo("silence", "gives up waiting for the answer", unanswered(waiting)),
  ];

  function proceed(activity: Activity, record: number): readonly TillStep[] {
    switch (activity.type) {
      case "commit":
        return [commitStep(activity, record)];
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
    commit: commitStep,
    goOn: memoize((id: number, record: number) => {
      const activity = activities.valueOf(id);
      return [...proceed(activity, record), stepTo("fault", `dies ${lastWords[activity.type]}`, {})];
    }),
    outdated: memoize((id: number) => activities.idOf(withVersion(activities.valueOf(id), NONE))),
  };
}

const decidedBy = (entry: Entry): Decided | undefined =>
  entry.type === "intent" && (entry.intent.type === "confirm" || entry.intent.type === "cancel")
    ? entry.intent.type
    : undefined;

const lastWords: Readonly<Record<Activity["type"], string>> = {
  commit: "before its commit",
  sending: "after its commit",
  sleeping: "before its next attempt",
  awaiting: "before its answer",
  delivering: "before its answer",
};
