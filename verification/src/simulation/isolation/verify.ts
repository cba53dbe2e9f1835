import { parseArgs } from "node:util";
import { parseWholeNumber } from "../../options.ts";
import type { Report } from "../../report.ts";
import { hasFields, runInWorkers } from "../../workers.ts";
import { verifyIsolationDefects } from "./defects/verify.ts";
import { type IsolationResult, runIsolationSeed } from "./run.ts";
import { failures } from "./failures.ts";

/**
 * Many transactions at once, by seed: what healthy advices experience does not depend on the failing ones. `--seeds N --from S`
 * runs N seeds from S on. If N is 1, it prints the trace.
 */
export async function verifyIsolation(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options });
  const [count, from] = [parseWholeNumber("--seeds", values.seeds, 1), parseWholeNumber("--from", values.from)];
  const found = await runSeeds(from, count);
  if (count === 1) console.log(found.flatMap(({ trace }) => trace).join("\n"));
  const [healthy, failing] = [sum(found, (each) => each.healthy), sum(found, (each) => each.failing)];
  const longestMs = Math.max(...found.map(({ longestWaitMs }) => longestWaitMs));
  console.log(`\nthe longest wait of a healthy advice: ${(longestMs / 1_000).toFixed(1)} s of virtual time\n`);
  return {
    check: "isolation",
    counts: { seeds: found.length, "healthy advices": healthy },
    size: `${found.length} seeds from ${from}, ${healthy} healthy advices`,
    faults: `${failing} failing advices, in ${failures.length} ways or refused`,
    failures: [
      ...found.filter(({ violations }) => violations.length > 0).map(describeFailure),
      ...(await findUnrepeatable(found.slice(0, REPEATED))),
      ...(count === 1 ? [] : await verifyIsolationDefects()),
    ],
  };
}

const options = {
  seeds: { type: "string", default: "600" },
  from: { type: "string", default: "1" },
} as const;

/** How many seeds are run twice, to show that the result is the same. */
const REPEATED = 10;

async function runSeeds(from: number, count: number): Promise<readonly IsolationResult[]> {
  const found: IsolationResult[] = [];
  await runInWorkers({
    script: new URL("worker.ts", import.meta.url),
    jobs: Array.from({ length: count }, (_, index) => from + index),
    isResult: (message): message is IsolationResult => hasFields(message, "seed", "violations", "digest"),
    // Only the trace of a failure is shown.
    onResult: (_, result) => {
      found.push(result.violations.length > 0 || count === 1 ? result : { ...result, trace: [] });
    },
  });
  return found.toSorted((one, other) => one.seed - other.seed);
}

async function findUnrepeatable(found: readonly IsolationResult[]): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const { seed, digest } of found)
    if ((await runIsolationSeed(seed)).digest !== digest) failures.push(`seed ${seed} is not the same run twice`);
  return failures;
}

const describeFailure = ({ seed, violations, trace }: IsolationResult): string =>
  [`pnpm verify isolation --seeds 1 --from ${seed}`, ...violations, ...trace].join("\n  ");

const sum = (found: readonly IsolationResult[], countOf: (each: IsolationResult) => number): number =>
  found.reduce((total, each) => total + countOf(each), 0);
