import type { Entry } from "@electrum-vouchers/core";
import type { CommitError } from "@electrum-vouchers/core/ports";
import { afterCommit } from "@electrum-vouchers/runtime/engine";
import { err } from "neverthrow";
import { checkCommit, checkUnchanged } from "../../oracle/commits.ts";
import type { StateSpace } from "../state-space.ts";
import type { CommitActivity } from "./activity.ts";
import { toStored } from "./stored.ts";
import { applyCommit, type ActivityOutcome, toOutcome } from "./till.ts";
import { createStepMaker, type TillStep } from "./till-step.ts";
import type { DecidedIntent } from "../../oracle/promises.ts";

/** The outcomes of a commit. First the normal one, success or a version conflict; then the failures of the outbox. */
export type CommitSteps = (turn: CommitActivity, record: number) => readonly [TillStep, ...(readonly TillStep[])];

export function createCommitSteps(space: StateSpace): CommitSteps {
  const { configuration, records } = space;
  const makeStep = createStepMaker(space);

  /** What a commit that succeeded leaves in the outbox. */
  function commitEffects(turn: CommitActivity): Partial<TillStep> {
    const { before, transaction: after } = turn.committedStep;
    const violated = checkCommit({ before, after, change: turn.change });
    // What cannot be read is no state to go on from.
    if (violated === "outboxAccurate") return { violated };
    const decision = findDecision(turn.committedStep.entry);
    return {
      record: records.idOf(toStored(turn.change)),
      ...(decision === undefined ? {} : { decision }),
      ...(violated === undefined ? {} : { violated }),
    };
  }

  function conflictStep({ committedStep }: CommitActivity, outcome: ActivityOutcome): TillStep {
    const violated = outcome.result === undefined ? undefined : checkUnchanged(committedStep.entry, outcome.result);
    const event = "commits in vain: another step was first";
    return makeStep("normal", event, outcome, violated === undefined ? {} : { violated });
  }

  return (turn, record) => {
    const stored = record === 0 ? undefined : records.valueOf(record).transaction;
    const failureStep = (event: string, error: CommitError, more: Partial<TillStep> = {}): TillStep =>
      makeStep("fault", event, toOutcome(afterCommit(turn, err(error))), more);
    const { isAccepted, outcome } = applyCommit(turn, stored);
    const effects = isAccepted ? commitEffects(turn) : undefined;
    const expected =
      effects === undefined
        ? conflictStep(turn, outcome)
        : makeStep("normal", `commits: ${stored?.state ?? "nothing"} -> ${turn.change.state}`, outcome, effects);
    // To the till's process such a failure is like its death. If the code is right, nothing new comes of it.
    if (configuration.faults === "classes") return [expected];
    const written = effects && failureStep("commits with an uncertain outcome: it was written", uncertain, effects);
    return [
      expected,
      failureStep("finds the outbox full", full),
      failureStep("commits with an uncertain outcome: it was not written", uncertain),
      ...(written === undefined ? [] : [written]),
    ];
  };
}

const full: CommitError = { type: "unavailable", reason: "full", detail: "" };
const uncertain: CommitError = { type: "uncertain", detail: "" };

const findDecision = (entry: Entry): DecidedIntent | undefined =>
  entry.type === "intent" && (entry.intent.type === "confirm" || entry.intent.type === "cancel")
    ? entry.intent.type
    : undefined;
