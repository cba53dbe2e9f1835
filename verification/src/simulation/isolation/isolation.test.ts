import { expect, test } from "vitest";
import { runIsolationSeed } from "./run.ts";

const SEEDS = 12;

test("what healthy advices experience does not depend on the failing ones", async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { violations, trace } = await runIsolationSeed(seed);
    expect([...violations, ...(violations.length > 0 ? [`seed ${seed}`, ...trace] : [])]).toEqual([]);
  }
});

test("one seed is one run, exactly", async () => {
  const first = await runIsolationSeed(1);

  expect(await runIsolationSeed(1)).toEqual(first);
  expect((await runIsolationSeed(2)).digest).not.toBe(first.digest);
});
