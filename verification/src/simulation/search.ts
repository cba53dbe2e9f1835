import { errorTypes } from "./mishaps.ts";
import { type FaultKind, faultKinds } from "./faults.ts";
import { type Run, runSeed } from "./run.ts";

/** What a search over many seeds has come to. */
export interface Search {
  readonly seeds: number;
  readonly virtualMs: number;
  readonly transactions: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** The first seeds that broke something. */
  readonly failures: readonly Failure[];
}

export type Failure = Pick<Run, "seed" | "broken" | "trace">;

/** Seeds `from`, `from + step` and so on: as many as a thread has to run. */
export interface Seeds {
  readonly from: number;
  readonly count: number;
  readonly step: number;
}

/** A trace has hundreds of lines, and the first few show what is wrong. */
const MAX_FAILURES = 3;

const nothing: Search = { seeds: 0, virtualMs: 0, transactions: 0, faults: new Map(), failures: [] };

/** Runs the seeds, one after the other; `onSeed` is told of each before it runs. */
export async function search({ from, count, step }: Seeds, onSeed: (seed: number) => void = () => {}): Promise<Search> {
  let found = nothing;
  for (let seed = from; seed < from + count * step; seed += step) {
    onSeed(seed);
    found = together(found, await searchSeed(seed));
  }
  return found;
}

async function searchSeed(seed: number): Promise<Search> {
  const { virtualMs, transactions, faults, broken, trace } = await runSeed(seed);
  return { seeds: 1, virtualMs, transactions, faults, failures: broken.length === 0 ? [] : [{ seed, broken, trace }] };
}

export const together = (left: Search, right: Search): Search => ({
  seeds: left.seeds + right.seeds,
  virtualMs: left.virtualMs + right.virtualMs,
  transactions: left.transactions + right.transactions,
  faults: sum(left.faults, right.faults),
  failures: [...left.failures, ...right.failures]
    .toSorted((one, other) => one.seed - other.seed)
    .slice(0, MAX_FAILURES),
});

function sum(left: Search["faults"], right: Search["faults"]): Search["faults"] {
  const counts = new Map(left);
  for (const [kind, count] of right) counts.set(kind, (counts.get(kind) ?? 0) + count);
  return counts;
}

/** Every kind of fault, by where it happens. */
export const allFaultKinds: readonly (readonly [place: string, kinds: readonly FaultKind[]])[] = [
  ...Object.entries(faultKinds),
  ["error types", errorTypes],
];

/** The kinds of faults that never happened: nothing was shown of them. */
export const missedKinds = ({ faults }: Search): readonly FaultKind[] =>
  allFaultKinds.flatMap(([, kinds]) => kinds).filter((kind) => !faults.has(kind));
