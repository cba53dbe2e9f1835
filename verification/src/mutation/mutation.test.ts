import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mutate } from "./mutants.ts";
import { tryMutants } from "./try-mutants.ts";

const folder = join(import.meta.dirname, "fixture");

describe("a source with mutants of known status", () => {
  test("each mutant is killed, times out, survives or is not reached, as it must", async () => {
    const mutated = await mutate(folder, ["counting.ts"]);

    const statuses = await tryMutants(mutated, [join(folder, "counting.tests.ts")]);

    const outcomes = mutated.mutants.map(({ id, line, original, replacement }) => ({
      status: `${statuses.get(id) ?? "never tried"}, line ${line}`,
      change: `${original} → ${replacement}`,
    }));
    expect(outcomes.filter(({ status }) => !status.startsWith("killed"))).toEqual([
      { status: "noCoverage, line 5", change: '"many" → ""' },
      { status: "timeout, line 9", change: "left -= 1 → left += 1" },
      { status: "survived, line 13", change: "one > other → one >= other" },
    ]);
    // Those of line 3 act while the source is loaded, so each of them needs a load of its own.
    expect(outcomes.filter(({ status }) => status === "killed, line 3").map(({ change }) => change)).toEqual([
      '["none", "one"] → []',
      '"none" → ""',
      '"one" → ""',
    ]);
    expect(outcomes).toHaveLength(17);
  });

  test("tests that reach no mutant are refused", async () => {
    const mutated = await mutate(folder, ["counting.ts"]);

    const tried = tryMutants(mutated, [join(folder, "counting.ts")]);

    await expect(tried).rejects.toThrow("the tests do not pass without a mutant");
  });

  test("so are tests that fail when they are called again", async () => {
    const mutated = await mutate(folder, ["counting.ts"]);

    const tried = tryMutants(mutated, [join(folder, "once-only.tests.ts")]);

    await expect(tried).rejects.toMatchObject({
      errors: [{ message: "it cannot be repeated, so that it says nothing of a mutant: passes once, and never again" }],
    });
  });
});
