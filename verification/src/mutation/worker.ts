import fc from "fast-check";
import { expect, inject, type RunnerTask, test, TestRunner } from "vitest";
import type { TrialResult, MutantStatus } from "./trial.ts";

// To vitest this is a test file. It loads the tests of others once, and calls them again for every mutant.

/** The mutants in the sources read here whether they are active, and record here that they were reached. */
interface Switches {
  activeMutant: string | undefined;
  /** How often the active mutant was reached. Above the limit it throws. */
  hitCount: number;
  hitLimit: number;
  currentTestId: string | undefined;
  readonly mutantCoverage: {
    /** How often each mutant was reached while no test ran. */
    readonly static: Readonly<Record<string, number>>;
    readonly perTest: Readonly<Record<string, Readonly<Record<string, number>>>>;
  };
}

/** One test, to be called as often as there are mutants. */
interface Specification {
  readonly name: string;
  readonly run: () => unknown;
}

/** Property tests draw the same values every time, so a mutant always has the same status. */
const SEED = 20_261_121;

/** What is reached while a mutant is active does not count for any test, nor for the load. */
const NO_TEST_ID = "no test";

/** A test that reaches a mutant so many times as often as without it never ends. */
const HIT_LIMIT_FACTOR = 100;

/** The same while the sources are loaded, when there is no count without the mutant. */
const LOAD_HIT_LIMIT = 10_000_000;

/** There is no time limit: the tests that it calls have their own. */
const NO_LIMIT_MS = 0;

const { tests, mutants, isActiveOnLoad, durations } = inject("trial");

const switches: Switches = {
  activeMutant: isActiveOnLoad ? mutants[0] : undefined,
  hitCount: 0,
  hitLimit: Number.POSITIVE_INFINITY,
  currentTestId: undefined,
  mutantCoverage: { static: {}, perTest: {} },
};
Object.assign(globalThis, { __stryker__: switches });
fc.configureGlobal({ seed: SEED, endOnFailure: true });

const isLoaded = await load();

async function load(): Promise<boolean> {
  try {
    for (const file of tests) await import(file);
    return true;
  } catch (error) {
    if (isActiveOnLoad) return false;
    throw error;
  }
}

test("each mutant is tried", { timeout: NO_LIMIT_MS }, async ({ task }) => {
  const specifications = specificationsIn(task.file).filter(({ name }) => name !== task.fullTestName);
  // A mutant that keeps the first file from loading leaves no tests at all: it is killed.
  expect({ isLoaded, tests: specifications.length }).not.toEqual({ isLoaded: true, tests: 0 });
  task.meta.trialResult = isActiveOnLoad ? await tryOnLoad(specifications) : await tryInTurn(specifications);
});

const specificationsIn = (task: RunnerTask): readonly Specification[] =>
  task.type === "suite"
    ? task.tasks.flatMap(specificationsIn)
    : [{ name: task.fullTestName, run: TestRunner.getTestFn(task) }];

async function tryOnLoad(specifications: readonly Specification[]): Promise<TrialResult> {
  const status = isLoaded ? await testMutant(sortByDuration(specifications, durations)) : "killed";
  return { statuses: Object.fromEntries(mutants.map((mutant) => [mutant, status])), durations };
}

async function tryInTurn(specifications: readonly Specification[]): Promise<TrialResult> {
  const measured = await runAll(specifications);
  const { static: reachedAtLoad, perTest } = switches.mutantCoverage;
  const ordered = sortByDuration(specifications, measured);
  const statuses: Record<string, MutantStatus> = {};
  for (const mutant of mutants.filter((each) => !(each in reachedAtLoad))) {
    const hitsIn = (name: string): number => perTest[name]?.[mutant] ?? 0;
    const reaching = ordered.filter(({ name }) => hitsIn(name) > 0);
    switches.activeMutant = mutant;
    statuses[mutant] = reaching.length === 0 ? "noCoverage" : await testMutant(reaching, hitsIn);
    switches.activeMutant = undefined;
  }
  await runAllAgain(specifications);
  return { statuses, durations: measured };
}

/** Runs every test without an active mutant, to find which mutants it reaches and how long it takes. */
async function runAll(specifications: readonly Specification[]): Promise<Readonly<Record<string, number>>> {
  const measured: Record<string, number> = {};
  for (const { name, run } of specifications) {
    switches.currentTestId = name;
    const startedMs = performance.now();
    await run();
    measured[name] = performance.now() - startedMs;
  }
  switches.currentTestId = NO_TEST_ID;
  return measured;
}

/** A test that fails when it is called again would have killed every mutant that it reaches. */
async function runAllAgain(specifications: readonly Specification[]): Promise<void> {
  for (const { name, run } of specifications) {
    try {
      await run();
    } catch (cause) {
      throw new Error(`it cannot be repeated, so that it says nothing of a mutant: ${name}`, { cause });
    }
  }
}

const sortByDuration = (
  specifications: readonly Specification[],
  durations: Readonly<Record<string, number>>,
): readonly Specification[] =>
  specifications.toSorted((one, other) => (durations[one.name] ?? 0) - (durations[other.name] ?? 0));

/** The status of the active mutant. */
async function testMutant(
  specifications: readonly Specification[],
  hitsIn: (name: string) => number = () => LOAD_HIT_LIMIT / HIT_LIMIT_FACTOR,
): Promise<MutantStatus> {
  for (const { name, run } of specifications) {
    switches.hitCount = 0;
    switches.hitLimit = HIT_LIMIT_FACTOR * hitsIn(name);
    try {
      await run();
    } catch {
      return switches.hitCount > switches.hitLimit ? "timeout" : "killed";
    }
  }
  return "survived";
}
