import { describe, expect, test } from "vitest";
import { gradeOf, type Tried } from "./grade.ts";
import type { Explanation } from "./survivors.ts";
import type { Verdict } from "./trial.ts";

const tried = (verdict: Verdict, original: string, line = 1): Tried => ({
  id: `${line}`,
  file: "till.ts",
  line,
  mutator: "ConditionalExpression",
  original,
  replacement: "true",
  verdict,
});

const killed = (count: number): readonly Tried[] =>
  Array.from({ length: count }, (_, index) => tried("killed", `killed ${index}`, index));

const explained = (original: string, times?: number): Explanation => ({
  file: "till.ts",
  mutator: "ConditionalExpression",
  change: `${original} → true`,
  why: "it cannot be seen",
  ...(times === undefined ? {} : { times }),
});

describe("what the mutants say of the tests", () => {
  test("given a survivor that is explained, then all is well, and the explanation is shown", () => {
    const { failures, unnoticed, score } = gradeOf([...killed(9), tried("survived", "a", 7)], [explained("a")]);

    expect({ failures, score }).toEqual({ failures: [], score: 90 });
    expect(unnoticed).toEqual(["survived till.ts:7 ConditionalExpression a → true\n  it cannot be seen"]);
  });

  test("given a mutant that timed out, then it counts as noticed", () => {
    const { counts, score } = gradeOf([...killed(1), tried("timeout", "a")], []);

    expect({ counts, score }).toEqual({ counts: { killed: 1, timeout: 1, survived: 0, unreached: 0 }, score: 100 });
  });

  test.each(["survived", "unreached"] as const)("given one that %s and no explanation, then that fails", (verdict) => {
    const { failures } = gradeOf([...killed(9), tried(verdict, "a")], []);

    expect(failures).toEqual([`${verdict} till.ts:1 ConditionalExpression a → true, and nothing says why`]);
  });

  test("given an explanation of one that is killed by now, or is no more, then that fails", () => {
    const { failures } = gradeOf([...killed(9), tried("killed", "a")], [explained("a")]);

    expect(failures).toEqual(["till.ts: a → true is explained for 1, and survives in 0 places"]);
  });

  test("given one more of the same kind than is explained, then that fails", () => {
    const { failures } = gradeOf(
      [...killed(27), ...[1, 2, 3].map((line) => tried("survived", "a", line))],
      [explained("a", 2)],
    );

    expect(failures).toEqual(["till.ts: a → true is explained for 2, and survives in 3 places"]);
  });

  test("given a score that is too low, then that fails, however well each survivor is explained", () => {
    const { failures } = gradeOf([...killed(8), tried("survived", "a")], [explained("a")]);

    expect(failures).toEqual(["the score is 88.9 %, and has to be 90 %"]);
  });
});
