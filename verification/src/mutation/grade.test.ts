import { describe, expect, test } from "vitest";
import { gradeMutants, type TestedMutant } from "./grade.ts";
import type { SurvivorExplanation } from "./survivors.ts";
import type { MutantStatus } from "./trial.ts";

const testedMutant = (status: MutantStatus, original: string, line = 1): TestedMutant => ({
  id: `${line}`,
  file: "till.ts",
  line,
  mutator: "ConditionalExpression",
  original,
  replacement: "true",
  status,
});

const killedMutants = (count: number): readonly TestedMutant[] =>
  Array.from({ length: count }, (_, index) => testedMutant("killed", `killed ${index}`, index));

const explanationOf = (original: string, times?: number): SurvivorExplanation => ({
  file: "till.ts",
  mutator: "ConditionalExpression",
  change: `${original} → true`,
  reason: "it cannot be seen",
  ...(times === undefined ? {} : { times }),
});

describe("what the mutants show about the tests", () => {
  test("given a survivor that is explained, then all is well, and the explanation is shown", () => {
    const { failures, undetected, score } = gradeMutants(
      [...killedMutants(9), testedMutant("survived", "a", 7)],
      [explanationOf("a")],
    );

    expect({ failures, score }).toEqual({ failures: [], score: 90 });
    expect(undetected).toEqual(["survived till.ts:7 ConditionalExpression a → true\n  it cannot be seen"]);
  });

  test("given a mutant that timed out, then it counts as detected", () => {
    const { counts, score } = gradeMutants([...killedMutants(1), testedMutant("timeout", "a")], []);

    expect({ counts, score }).toEqual({ counts: { killed: 1, timeout: 1, survived: 0, noCoverage: 0 }, score: 100 });
  });

  test.each(["survived", "noCoverage"] as const)("given one that %s and no explanation, then that fails", (status) => {
    const { failures } = gradeMutants([...killedMutants(9), testedMutant(status, "a")], []);

    expect(failures).toEqual([`${status} till.ts:1 ConditionalExpression a → true, and nothing says why`]);
  });

  test("given an explanation of one that is killed or gone, then that fails", () => {
    const { failures } = gradeMutants([...killedMutants(9), testedMutant("killed", "a")], [explanationOf("a")]);

    expect(failures).toEqual(["till.ts: a → true is explained for 1, and survives in 0 places"]);
  });

  test("given one more of the same kind than is explained, then that fails", () => {
    const { failures } = gradeMutants(
      [...killedMutants(27), ...[1, 2, 3].map((line) => testedMutant("survived", "a", line))],
      [explanationOf("a", 2)],
    );

    expect(failures).toEqual(["till.ts: a → true is explained for 2, and survives in 3 places"]);
  });

  test("given a score that is too low, then that fails, however well each survivor is explained", () => {
    const { failures } = gradeMutants([...killedMutants(8), testedMutant("survived", "a")], [explanationOf("a")]);

    expect(failures).toEqual(["the score is 88.9 %, and has to be 90 %"]);
  });
});
