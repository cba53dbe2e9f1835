import type { Intent } from "@electrum-vouchers/core";
import { checkUnchanged } from "../../oracle/commits.ts";
import { messageOf } from "../network/network.ts";
import { memoize } from "../search/intern.ts";
import { isRepeatable } from "../search/move.ts";
import type { StateSpace } from "../state-space.ts";
import { NOW } from "../time/time.ts";
import type { ActivitySteps } from "./activity-steps.ts";
import { intentsFor, startOutcomes, decideIntent } from "./intents.ts";
import type { StoredState } from "./stored.ts";
import { type ActivityOutcome, resumeDue } from "./till.ts";
import { createStepMaker, type TillStep } from "./till-step.ts";

/** The activities that a process of the till can begin. */
export interface NewActivities {
  start(record: number): readonly TillStep[];
  /** Intents that are decided and made durable while all other activities stand still. */
  decideImmediately(record: number): readonly TillStep[];
}

export function createNewActivities(space: StateSpace, steps: ActivitySteps): NewActivities {
  const { records, messages } = space;
  const makeStep = createStepMaker(space);

  const possibleIntents = memoize((record: number) =>
    intentsFor(space).flatMap((intent): readonly PossibleIntent[] => {
      const outcome = decideIntent(records.valueOf(record).transaction, intent);
      return outcome === undefined ? [] : [{ intent, outcome }];
    }),
  );

  function dueSteps({ transaction, due }: StoredState): readonly TillStep[] {
    if (due === undefined || due.at > NOW) return [];
    const outcome = resumeDue(transaction);
    return outcome.activity?.type === "delivering"
      ? [
          makeStep("normal", `sends ${due.description}`, outcome, {
            sentMessage: messages.idOf(messageOf(outcome.activity)),
          }),
        ]
      : [makeStep("normal", `takes up what is due: ${due.description}`, outcome)];
  }

  function start(record: number): readonly TillStep[] {
    if (record === 0)
      return startOutcomes(space).map((outcome) => makeStep("decision", "starts", outcome, { intent: "start" }));
    const intentSteps = possibleIntents(record).flatMap(({ intent, outcome }): readonly TillStep[] => {
      const type = nameOf(intent);
      if (outcome.result === undefined) return [makeStep("decision", `wants: ${type}`, outcome, { intent: type })];
      // It changes nothing. That is a step only if the caller is told something that is not so.
      const violated = checkUnchanged({ type: "intent", intent }, outcome.result);
      return violated === undefined
        ? []
        : [makeStep("decision", `wants: ${type}, and is told that it stands`, {}, { violated })];
    });
    return [...intentSteps, ...dueSteps(records.valueOf(record))];
  }

  function decideImmediately(record: number): readonly TillStep[] {
    if (record === 0) return [];
    return possibleIntents(record).flatMap(({ intent, outcome: { activity } }) => {
      const type = nameOf(intent);
      // A voucher is handed over while its confirmation is under way.
      if (activity?.type !== "commit" || (isRepeatable(type) && type !== "handOver")) return [];
      const step = steps.commit(activity, record);
      const line = { actor: "till", event: `wants: ${type}, and ${step.line.event}` } as const;
      return step.activity === 0 ? [{ ...step, kind: "decision" as const, line, intent: type }] : [];
    });
  }

  return { start: memoize(start), decideImmediately: memoize(decideImmediately) };
}

/** A confirmation that hands over can come again and again, as every call that does. */
const nameOf = (intent: Intent): Intent["type"] =>
  intent.type === "confirm" && intent.handOver === true ? "handOver" : intent.type;

interface PossibleIntent {
  readonly intent: Intent;
  readonly outcome: ActivityOutcome;
}
