import { parseArgs } from "node:util";
import { WORKERS } from "../concurrency.ts";
import { parseWholeNumber } from "../options.ts";
import type { Report } from "../report.ts";
import { runSeed } from "./run.ts";
import { allFaultKinds, type FailedSeed, findUnseenFaultKinds, type SearchResult } from "./search.ts";
import { searchInWorkers } from "./search-in-workers.ts";

/**
 * The whole system, by seed: tills with their loops and forwarders, the outbox and the network with their faults, Electrum and
 * the providers, in simulated time. `--seeds N --from S` runs N seeds from S on. If N is 1, it prints the trace.
 */
export async function verifySimulation(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options });
  const [seeds, from] = [parseWholeNumber("--seeds", values.seeds, 1), parseWholeNumber("--from", values.from)];
  const found = await searchInWorkers(from, seeds, WORKERS);
  console.log(describeCounts(found));
  if (seeds === 1) console.log((await runSeed(from)).trace.join("\n"));
  const never = seeds < ENOUGH_SEEDS ? [] : findUnseenFaultKinds(found);
  return {
    check: "simulation",
    counts: { seeds: found.seeds, transactions: found.transactions },
    size: `${found.seeds} seeds from ${from}, ${found.transactions} transactions, ${days(found.virtualMs)} days of virtual time`,
    faults: `${total(found)} of ${found.faults.size} kinds`,
    failures: [
      ...found.failures.map(describeFailure),
      ...(await findUnrepeatable(from, Math.min(seeds, REPEATED))),
      ...never.map((kind) => `no seed had the fault "${kind}": nothing was shown of it`),
    ],
  };
}

const options = {
  seeds: { type: "string", default: "15000" },
  from: { type: "string", default: "1" },
} as const;

/** With fewer seeds than this, some kind of fault may not occur. */
const ENOUGH_SEEDS = 500;

/** How many seeds are run twice, to show that the result is the same. */
const REPEATED = 25;

async function findUnrepeatable(from: number, count: number): Promise<readonly string[]> {
  const failures: string[] = [];
  for (let seed = from; seed < from + count; seed += 1) {
    const [first, second] = [await runSeed(seed), await runSeed(seed)];
    if (first.digest !== second.digest) failures.push(`seed ${seed} is not the same run twice`);
  }
  return failures;
}

const describeFailure = ({ seed, violations, trace }: FailedSeed): string =>
  [`pnpm verify simulation --seeds 1 --from ${seed}`, ...violations, ...trace].join("\n  ");

const total = ({ faults }: SearchResult): number => [...faults.values()].reduce((sum, count) => sum + count, 0);

const days = (ms: number): string => (ms / (24 * 60 * 60 * 1000)).toFixed(1);

const describeCounts = ({ faults }: SearchResult): string =>
  allFaultKinds
    .map(([place, kinds]) => `${place}: ${kinds.map((kind) => `${kind} ${faults.get(kind) ?? 0}`).join(" · ")}`)
    .join("\n");
