import fc from "fast-check";
import { expect, inject, type RunnerTask, test, TestRunner } from "vitest";
import type { Outcome, Verdict } from "./trial.ts";

// To vitest this is a file of tests. It loads the tests of others once, and calls them again for every mutant.

/** Where the mutants in the sources look whether they are on, and write down that they were reached. */
interface Switches {
  activeMutant: string | undefined;
  /** How often the mutant that is on was reached; above the limit it throws. */
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

/** Properties draw the same values every time: one mutant has one verdict. */
const SEED = 20_261_121;

/** What is reached while a mutant is on says nothing of any test, nor of the load. */
const NOBODY = "nobody";

/** Whoever comes to a mutant so many times as often as without it will not come to an end. */
const TOO_OFTEN = 100;

/** The same for whoever comes to it while the sources are loaded, and was never counted without it. */
const TOO_OFTEN_FROM_LOAD = 10_000_000;

/** The tests that it calls have limits of their own. */
const NO_LIMIT_MS = 0;

const { tests, mutants, isOnFromLoad, durations } = inject("trial");

const switches: Switches = {
  activeMutant: isOnFromLoad ? mutants[0] : undefined,
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
    if (isOnFromLoad) return false;
    throw error;
  }
}

test("each mutant is tried", { timeout: NO_LIMIT_MS }, async ({ task }) => {
  const specifications = specificationsIn(task.file).filter(({ name }) => name !== task.fullTestName);
  expect(specifications).not.toEqual([]);
  task.meta.outcome = isOnFromLoad ? await tryFromLoad(specifications) : await tryInTurn(specifications);
});

const specificationsIn = (task: RunnerTask): readonly Specification[] =>
  task.type === "suite"
    ? task.tasks.flatMap(specificationsIn)
    : [{ name: task.fullTestName, run: TestRunner.getTestFn(task) }];

async function tryFromLoad(specifications: readonly Specification[]): Promise<Outcome> {
  const verdict = isLoaded ? await verdictOf(quickFirst(specifications, durations)) : "killed";
  return { verdicts: Object.fromEntries(mutants.map((mutant) => [mutant, verdict])), durations };
}

async function tryInTurn(specifications: readonly Specification[]): Promise<Outcome> {
  const measured = await runAll(specifications);
  const { static: reachedAtLoad, perTest } = switches.mutantCoverage;
  const ordered = quickFirst(specifications, measured);
  const verdicts: Record<string, Verdict> = {};
  for (const mutant of mutants.filter((each) => !(each in reachedAtLoad))) {
    const hitsIn = (name: string): number => perTest[name]?.[mutant] ?? 0;
    const reaching = ordered.filter(({ name }) => hitsIn(name) > 0);
    switches.activeMutant = mutant;
    verdicts[mutant] = reaching.length === 0 ? "unreached" : await verdictOf(reaching, hitsIn);
    switches.activeMutant = undefined;
  }
  await runAllAgain(specifications);
  return { verdicts, durations: measured };
}

/** Runs every test without a mutant, to see which ones it reaches and how long it takes. */
async function runAll(specifications: readonly Specification[]): Promise<Readonly<Record<string, number>>> {
  const measured: Record<string, number> = {};
  for (const { name, run } of specifications) {
    switches.currentTestId = name;
    const startedMs = performance.now();
    await run();
    measured[name] = performance.now() - startedMs;
  }
  switches.currentTestId = NOBODY;
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

const quickFirst = (
  specifications: readonly Specification[],
  durations: Readonly<Record<string, number>>,
): readonly Specification[] =>
  specifications.toSorted((one, other) => (durations[one.name] ?? 0) - (durations[other.name] ?? 0));

/** What the tests say of the mutant that is on. */
async function verdictOf(
  specifications: readonly Specification[],
  hitsIn: (name: string) => number = () => TOO_OFTEN_FROM_LOAD / TOO_OFTEN,
): Promise<Verdict> {
  for (const { name, run } of specifications) {
    switches.hitCount = 0;
    switches.hitLimit = TOO_OFTEN * hitsIn(name);
    try {
      await run();
    } catch {
      return switches.hitCount > switches.hitLimit ? "timeout" : "killed";
    }
  }
  return "survived";
}
