import type { Intent } from "@electrum-vouchers/core";
import { brokenByRest } from "../judgement/commits.ts";
import { messageOf } from "../network/network.ts";
import { memoize } from "../search/intern.ts";
import { isRepeatable } from "../search/transition.ts";
import type { Space } from "../space.ts";
import { NOW } from "../time/time.ts";
import type { ActivitySteps } from "./activity-steps.ts";
import { intentsFor, starts, wanted } from "./intents.ts";
import type { Stored } from "./stored.ts";
import { type Outcome, takeUp } from "./till.ts";
import { createStepMaker, type TillStep } from "./till-step.ts";

/** What a process of the till can begin. */
export interface Beginnings {
  begin(record: number): readonly TillStep[];
  /** What is decided, and durable, while all other activities stand still. */
  decideAtOnce(record: number): readonly TillStep[];
}

export function createBeginnings(space: Space, steps: ActivitySteps): Beginnings {
  const { records, messages } = space;
  const stepTo = createStepMaker(space);

  const wishes = memoize((record: number) =>
    intentsFor(space).flatMap((intent): readonly Wish[] => {
      const outcome = wanted(records.valueOf(record).transaction, intent);
      return outcome === undefined ? [] : [{ intent, outcome }];
    }),
  );

  function dueSteps({ transaction, due }: Stored): readonly TillStep[] {
    if (due === undefined || due.at > NOW) return [];
    const outcome = takeUp(transaction);
    return outcome.activity?.type === "delivering"
      ? [stepTo("ordinary", `sends ${due.what}`, outcome, { sends: messages.idOf(messageOf(outcome.activity)) })]
      : [stepTo("ordinary", `takes up what is due: ${due.what}`, outcome)];
  }

  function begin(record: number): readonly TillStep[] {
    if (record === 0) return starts(space).map((outcome) => stepTo("decision", "starts", outcome, { intent: "start" }));
    const wished = wishes(record).flatMap(({ intent, outcome }): readonly TillStep[] => {
      const { type } = intent;
      if (outcome.given === undefined) return [stepTo("decision", `wants: ${type}`, outcome, { intent: type })];
      // It changes nothing: worth a step only where the till is told what is not so.
      const broken = brokenByRest({ type: "intent", intent }, outcome.given);
      return broken === undefined
        ? []
        : [stepTo("decision", `wants: ${type}, and is told that it stands`, {}, { broken })];
    });
    return [...wished, ...dueSteps(records.valueOf(record))];
  }

  function decideAtOnce(record: number): readonly TillStep[] {
    if (record === 0) return [];
    return wishes(record).flatMap(({ intent: { type }, outcome: { activity } }) => {
      if (activity?.type !== "commit" || isRepeatable(type)) return [];
      const step = steps.commit(activity, record);
      const line = { who: "till", what: `wants: ${type}, and ${step.line.what}` } as const;
      return step.activity === 0 ? [{ ...step, kind: "decision" as const, line, intent: type }] : [];
    });
  }

  return { begin: memoize(begin), decideAtOnce: memoize(decideAtOnce) };
}

interface Wish {
  readonly intent: Intent;
  readonly outcome: Outcome;
}
