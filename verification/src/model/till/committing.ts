import type { Entry } from "@electrum-vouchers/core";
import type { CommitError } from "@electrum-vouchers/core/ports";
import { committed } from "@electrum-vouchers/runtime/drive";
import { err } from "neverthrow";
import { brokenByCommit, brokenByRest } from "../judgement/commits.ts";
import type { Space } from "../space.ts";
import type { CommitTurn } from "./activity.ts";
import { storedBy } from "./stored.ts";
import { commit, type Outcome, outcomeOf } from "./till.ts";
import { createStepMaker, type TillStep } from "./till-step.ts";
import type { Decided } from "../judgement/ghosts.ts";

/** What may come of a commit. First what should: it is taken, or comes too late; then how the outbox fails. */
export type Committing = (turn: CommitTurn, record: number) => readonly [TillStep, ...(readonly TillStep[])];

export function createCommitting(space: Space): Committing {
  const { configuration, records } = space;
  const stepTo = createStepMaker(space);

  /** What a commit that was taken leaves in the outbox. */
  function keptBy(turn: CommitTurn): Partial<TillStep> {
    const broken = brokenByCommit(turn);
    const decides = decidedBy(turn.stepped.entry);
    return {
      record: records.idOf(storedBy(turn.change)),
      ...(decides === undefined ? {} : { decides }),
      ...(broken === undefined ? {} : { broken }),
    };
  }

  function inVain({ stepped }: CommitTurn, outcome: Outcome): TillStep {
    const broken = outcome.given === undefined ? undefined : brokenByRest(stepped.entry, outcome.given);
    const what = "commits in vain: another step was first";
    return stepTo("ordinary", what, outcome, broken === undefined ? {} : { broken });
  }

  return (turn, record) => {
    const stored = record === 0 ? undefined : records.valueOf(record).transaction;
    const failing = (what: string, error: CommitError, more: Partial<TillStep> = {}): TillStep =>
      stepTo("fault", what, outcomeOf(committed(turn, err(error))), more);
    const { isTaken, outcome } = commit(turn, stored);
    const kept = isTaken ? keptBy(turn) : undefined;
    const should =
      kept === undefined
        ? inVain(turn, outcome)
        : stepTo("ordinary", `commits: ${stored?.state ?? "nothing"} -> ${turn.change.state}`, outcome, kept);
    // To the till's process such a failure is what its death is: as far as it is right, nothing new comes of it.
    if (configuration.troubles === "classes") return [should];
    const written = kept && failing("commits, and nobody knows: it was written", uncertain, kept);
    return [
      should,
      failing("finds the outbox full", full),
      failing("commits, and nobody knows: it was not written", uncertain),
      ...(written === undefined ? [] : [written]),
    ];
  };
}

const full: CommitError = { type: "unavailable", reason: "full", detail: "" };
const uncertain: CommitError = { type: "uncertain", detail: "" };

const decidedBy = (entry: Entry): Decided | undefined =>
  entry.type === "intent" && (entry.intent.type === "confirm" || entry.intent.type === "cancel")
    ? entry.intent.type
    : undefined;
