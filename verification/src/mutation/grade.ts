import type { Mutant } from "./mutants.ts";
import type { SurvivorExplanation } from "./survivors.ts";
import type { MutantStatus } from "./trial.ts";

/** What the mutants show about the tests. */
export interface Grade {
  readonly counts: Readonly<Record<MutantStatus, number>>;
  /** How many of all mutants the tests detect, in per cent. */
  readonly score: number;
  /** Every mutant that no test detects, with its explanation. */
  readonly undetected: readonly string[];
  readonly failures: readonly string[];
}

export interface TestedMutant extends Mutant {
  readonly status: MutantStatus;
}

/** If fewer mutants than this are detected, in per cent, that is a failure, even if each survivor is explained. */
const MIN_SCORE_PERCENT = 90;

/** Compares the status of the mutants with the explanations of those that are known to survive. */
export function gradeMutants(tried: readonly TestedMutant[], explanations: readonly SurvivorExplanation[]): Grade {
  const count = (status: MutantStatus): number => tried.filter((each) => each.status === status).length;
  const counts = {
    killed: count("killed"),
    timeout: count("timeout"),
    survived: count("survived"),
    noCoverage: count("noCoverage"),
  };
  const score = (100 * (counts.killed + counts.timeout)) / tried.length;
  const undetected = tried.filter(({ status }) => status === "survived" || status === "noCoverage");
  const explanationFor = (mutant: Mutant): string | undefined =>
    explanations.find((each) => explains(each, mutant))?.reason;
  return {
    counts,
    score,
    undetected: undetected.map((each) => `${describeMutant(each)}\n  ${explanationFor(each) ?? "UNEXPLAINED"}`),
    failures: [
      ...(tried.length === 0 ? ["there is no mutant to try"] : []),
      ...undetected
        .filter((each) => explanationFor(each) === undefined)
        .map((each) => `${describeMutant(each)}, and nothing says why`),
      ...explanations.flatMap((each) => checkExplanation(each, undetected)),
      ...(score < MIN_SCORE_PERCENT
        ? [`the score is ${score.toFixed(1)} %, and has to be ${MIN_SCORE_PERCENT} %`]
        : []),
    ],
  };
}

const describeChange = ({ original, replacement }: Mutant): string => `${original} → ${replacement}`;

const explains = ({ file, mutator, change }: SurvivorExplanation, mutant: Mutant): boolean =>
  file === mutant.file && mutator === mutant.mutator && change === describeChange(mutant);

function checkExplanation(explanation: SurvivorExplanation, undetected: readonly Mutant[]): readonly string[] {
  const { file, change, times = 1 } = explanation;
  const found = undetected.filter((mutant) => explains(explanation, mutant)).length;
  return found === times ? [] : [`${file}: ${change} is explained for ${times}, and survives in ${found} places`];
}

const describeMutant = (tried: TestedMutant): string =>
  `${tried.status} ${tried.file}:${tried.line} ${tried.mutator} ${describeChange(tried)}`;
