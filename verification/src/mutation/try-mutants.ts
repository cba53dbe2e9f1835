import { createVitest, type Vitest } from "vitest/node";
import { WORKERS } from "../concurrency.ts";
import type { MutatedSources } from "./mutants.ts";
import type { TrialResult, Trial, MutantStatus } from "./trial.ts";

/**
 * Tries every mutant against the tests in these files, and gives its status by its id. Most are tried on one load of the
 * sources. A mutant that is reached while the sources are loaded gets a load of its own.
 */
export async function tryMutants(
  mutated: MutatedSources,
  tests: readonly string[],
): Promise<ReadonlyMap<string, MutantStatus>> {
  const portions = Array.from({ length: WORKERS }, (_, worker) => {
    const portion = mutated.mutants.filter((_mutant, index) => index % WORKERS === worker);
    return tryPortion(
      portion.map(({ id }) => id),
      mutated,
      tests,
    );
  });
  return new Map((await Promise.all(portions)).flat());
}

async function tryPortion(
  mutants: readonly string[],
  { instrumented }: MutatedSources,
  tests: readonly string[],
): Promise<readonly (readonly [id: string, verdict: MutantStatus])[]> {
  const vitest = await createVitestWith(instrumented);
  try {
    const { statuses, durations } = await run(vitest, { tests, mutants, isActiveOnLoad: false, durations: {} });
    const statusesByRun = [statuses];
    for (const mutant of mutants.filter((each) => !(each in statuses))) {
      statusesByRun.push((await run(vitest, { tests, mutants: [mutant], isActiveOnLoad: true, durations })).statuses);
    }
    return statusesByRun.flatMap((each) => Object.entries(each));
  } finally {
    await vitest.close();
  }
}

/** A vitest that runs `worker.ts` on a thread, with the instrumented sources in place of those on disk. */
const createVitestWith = (instrumented: ReadonlyMap<string, string>): Promise<Vitest> =>
  createVitest(
    {
      root: import.meta.dirname,
      config: false,
      include: ["worker.ts"],
      // Its own test only; it calls the tests that it loads itself.
      testNamePattern: "^each mutant is tried$",
      watch: false,
      reporters: [{}],
      pool: "threads",
      maxWorkers: 1,
      // The thread is kept from run to run, but not what was loaded into it.
      isolate: false,
      // No time limit: a busy machine must not kill a mutant.
      testTimeout: 0,
      // Nothing is cached on disk: an instrumented source must never be taken for the source.
      cache: false,
      fsModuleCache: false,
    },
    {
      resolve: { conditions },
      ssr: { resolve: { conditions, externalConditions: conditions } },
      plugins: [
        {
          name: "mutants",
          enforce: "pre",
          transform: (_text, path) => {
            const code = instrumented.get(path);
            return code === undefined ? undefined : { code, map: null };
          },
        },
      ],
    },
  );

/** Tests run on the sources, as everywhere in the workspace. */
const conditions = ["@electrum-vouchers/source"];

async function run(vitest: Vitest, trial: Trial): Promise<TrialResult> {
  vitest.provide("trial", trial);
  const { testModules, unhandledErrors } = await vitest.start();
  const tests = testModules.flatMap(({ children }) => [...children.allTests()]);
  const result = tests.map((test) => test.meta().trialResult).find((each) => each !== undefined);
  if (result !== undefined) return result;
  const errors = [
    ...testModules.flatMap((module) => module.errors()),
    ...tests.flatMap((test) => test.result().errors ?? []),
  ];
  throw new AggregateError([...errors, ...unhandledErrors], "the tests do not pass without a mutant");
}
