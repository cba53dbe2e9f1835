import { createVitest, type Vitest } from "vitest/node";
import { LANES } from "../lanes.ts";
import type { Mutated } from "./mutants.ts";
import type { Outcome, Trial, Verdict } from "./trial.ts";

/**
 * Tries every mutant against the tests in these files, and says what became of it, by its id. Most take their turn on one load
 * of the sources; one that is reached while these are loaded gets a load of its own.
 */
export async function tryMutants(mutated: Mutated, tests: readonly string[]): Promise<ReadonlyMap<string, Verdict>> {
  const lanes = Array.from({ length: LANES }, (_, lane) => {
    const share = mutated.mutants.filter((_mutant, index) => index % LANES === lane);
    return tryShare(
      share.map(({ id }) => id),
      mutated,
      tests,
    );
  });
  return new Map((await Promise.all(lanes)).flat());
}

async function tryShare(
  mutants: readonly string[],
  { instrumented }: Mutated,
  tests: readonly string[],
): Promise<readonly (readonly [id: string, verdict: Verdict])[]> {
  const vitest = await vitestOver(instrumented);
  try {
    const { verdicts, durations } = await run(vitest, { tests, mutants, isOnFromLoad: false, durations: {} });
    const outcomes = [verdicts];
    for (const mutant of mutants.filter((each) => !(each in verdicts))) {
      outcomes.push((await run(vitest, { tests, mutants: [mutant], isOnFromLoad: true, durations })).verdicts);
    }
    return outcomes.flatMap((each) => Object.entries(each));
  } finally {
    await vitest.close();
  }
}

/** A vitest that runs `worker.ts` on a thread, with the instrumented sources in place of those on disk. */
const vitestOver = (instrumented: ReadonlyMap<string, string>): Promise<Vitest> =>
  createVitest(
    {
      root: import.meta.dirname,
      config: false,
      include: ["worker.ts"],
      // The one test of its own; those that it loads it calls itself.
      testNamePattern: "^each mutant is tried$",
      watch: false,
      reporters: [{}],
      pool: "threads",
      maxWorkers: 1,
      // The thread is kept from run to run, and what was loaded into it is not.
      isolate: false,
      // A busy machine kills no mutant.
      testTimeout: 0,
      // Nothing is left on disk: an instrumented source must never be taken for the source.
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

/** As everywhere in the workspace, tests run on the sources. */
const conditions = ["@electrum-vouchers/source"];

async function run(vitest: Vitest, trial: Trial): Promise<Outcome> {
  vitest.provide("trial", trial);
  const { testModules, unhandledErrors } = await vitest.start();
  const tests = testModules.flatMap(({ children }) => [...children.allTests()]);
  const outcome = tests.map((test) => test.meta().outcome).find((each) => each !== undefined);
  if (outcome !== undefined) return outcome;
  const errors = [
    ...testModules.flatMap((module) => module.errors()),
    ...tests.flatMap((test) => test.result().errors ?? []),
  ];
  throw new AggregateError([...errors, ...unhandledErrors], "the tests do not pass without a mutant");
}
