import { dueOf, type Intent, type Transaction } from "@electrum-vouchers/core";
import type { ActivitySteps } from "./activity-steps.ts";
import { intentsFor, starts, wanted } from "./intents.ts";
import { memoize } from "../search/intern.ts";
import { messageOf } from "../network/network.ts";
import type { Space } from "../space.ts";
import { type Outcome, takeUp } from "./till.ts";
import { createStepMaker, type TillStep } from "./till-step.ts";
import { NOW } from "../time/time.ts";

/** What a process of the till can begin. */
export interface Beginnings {
  begin(record: number): readonly TillStep[];
  /** What is decided, and durable, while all other activities stand still. */
  decideAtOnce(record: number): readonly TillStep[];
}

export function createBeginnings(space: Space, steps: ActivitySteps): Beginnings {
  const { transactions, messages } = space;
  const stepTo = createStepMaker(space);

  const wishes = memoize((record: number) =>
    intentsFor(space).flatMap((intent): readonly Wish[] => {
      const outcome = wanted(transactions.valueOf(record), intent);
      return outcome === undefined ? [] : [{ intent: intent.type, outcome }];
    }),
  );

  function dueSteps(stored: Transaction): readonly TillStep[] {
    const due = dueOf(stored);
    if (due === undefined || due.at > NOW) return [];
    const outcome = takeUp(stored);
    return outcome.activity?.type === "delivering"
      ? [stepTo("ordinary", `sends ${due.what}`, outcome, { sends: messages.idOf(messageOf(outcome.activity)) })]
      : [stepTo("ordinary", `takes up what is due: ${due.what}`, outcome)];
  }

  function begin(record: number): readonly TillStep[] {
    if (record === 0) return starts(space).map((outcome) => stepTo("decision", "starts", outcome));
    const wished = wishes(record).map(({ intent, outcome }) =>
      stepTo("decision", `wants: ${intent}`, outcome, isRepeatable(intent) ? { again: intent } : {}),
    );
    return [...wished, ...dueSteps(transactions.valueOf(record))];
  }

  function decideAtOnce(record: number): readonly TillStep[] {
    if (record === 0) return [];
    return wishes(record).flatMap(({ intent, outcome: { activity } }) => {
      if (activity?.type !== "commit" || isRepeatable(intent)) return [];
      const step = steps.commit(activity, record);
      const line = { who: "till", what: `wants: ${intent}, and ${step.line.what}` } as const;
      return step.activity === 0 ? [{ ...step, kind: "decision" as const, line }] : [];
    });
  }

  return { begin: memoize(begin), decideAtOnce: memoize(decideAtOnce) };
}

interface Wish {
  readonly intent: Intent["type"];
  readonly outcome: Outcome;
}

const isRepeatable = (intent: Intent["type"]): intent is "lookUp" | "resend" =>
  intent === "lookUp" || intent === "resend";
