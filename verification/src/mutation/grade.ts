import type { Mutant } from "./mutants.ts";
import type { Explanation } from "./survivors.ts";
import type { Verdict } from "./trial.ts";

/** What the mutants say of the tests. */
export interface Grade {
  readonly counts: Readonly<Record<Verdict, number>>;
  /** How many of all mutants the tests notice, in per cent. */
  readonly score: number;
  /** Every mutant that no test notices, with the explanation on record. */
  readonly unnoticed: readonly string[];
  readonly failures: readonly string[];
}

export interface Tried extends Mutant {
  readonly verdict: Verdict;
}

/** Fewer than so many mutants noticed, in per cent, is a failure, however well each survivor is explained. */
const LEAST_SCORE = 90;

/** Holds what became of the mutants against the explanations of those that are known to survive. */
export function gradeOf(tried: readonly Tried[], explanations: readonly Explanation[]): Grade {
  const count = (verdict: Verdict): number => tried.filter((each) => each.verdict === verdict).length;
  const counts = {
    killed: count("killed"),
    timeout: count("timeout"),
    survived: count("survived"),
    unreached: count("unreached"),
  };
  const score = (100 * (counts.killed + counts.timeout)) / tried.length;
  const unnoticed = tried.filter(({ verdict }) => verdict === "survived" || verdict === "unreached");
  const whyOf = (mutant: Mutant): string | undefined => explanations.find((each) => explains(each, mutant))?.why;
  return {
    counts,
    score,
    unnoticed: unnoticed.map((each) => `${inWords(each)}\n  ${whyOf(each) ?? "UNEXPLAINED"}`),
    failures: [
      ...(tried.length === 0 ? ["there is no mutant to try"] : []),
      ...unnoticed.filter((each) => whyOf(each) === undefined).map((each) => `${inWords(each)}, and nothing says why`),
      ...explanations.flatMap((each) => misfit(each, unnoticed)),
      ...(score < LEAST_SCORE ? [`the score is ${score.toFixed(1)} %, and has to be ${LEAST_SCORE} %`] : []),
    ],
  };
}

const changeOf = ({ original, replacement }: Mutant): string => `${original} → ${replacement}`;

const explains = ({ file, mutator, change }: Explanation, mutant: Mutant): boolean =>
  file === mutant.file && mutator === mutant.mutator && change === changeOf(mutant);

function misfit(explanation: Explanation, unnoticed: readonly Mutant[]): readonly string[] {
  const { file, change, times = 1 } = explanation;
  const found = unnoticed.filter((mutant) => explains(explanation, mutant)).length;
  return found === times ? [] : [`${file}: ${change} is explained for ${times}, and survives in ${found} places`];
}

const inWords = (tried: Tried): string =>
  `${tried.verdict} ${tried.file}:${tried.line} ${tried.mutator} ${changeOf(tried)}`;
