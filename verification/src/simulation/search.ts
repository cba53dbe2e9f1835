import { knownErrorTypes } from "./transmission-faults.ts";
import { type SimulatedFaultKind, simulatedFaultKinds } from "./faults.ts";
import { type SeedResult, runSeed } from "./run.ts";

/** The result of a search over many seeds. */
export interface SearchResult {
  readonly seeds: number;
  readonly virtualMs: number;
  readonly transactions: number;
  readonly faults: ReadonlyMap<SimulatedFaultKind, number>;
  /** The first seeds that broke something. */
  readonly failures: readonly FailedSeed[];
}

export type FailedSeed = Pick<SeedResult, "seed" | "violations" | "trace">;

/** Seeds `from`, `from + step` and so on: as many as a thread has to run. */
export interface SeedRange {
  readonly from: number;
  readonly count: number;
  readonly step: number;
}

/** A trace has hundreds of lines, and the first few traces show what is wrong. */
const MAX_FAILURES = 3;

const emptyResult: SearchResult = { seeds: 0, virtualMs: 0, transactions: 0, faults: new Map(), failures: [] };

/** Runs the seeds, one after the other. `onSeed` is called with each before it runs. */
export async function search(
  { from, count, step }: SeedRange,
  onSeed: (seed: number) => void = () => {},
): Promise<SearchResult> {
  let found = emptyResult;
  for (let seed = from; seed < from + count * step; seed += step) {
    onSeed(seed);
    found = mergeSearchResults(found, await searchSeed(seed));
  }
  return found;
}

async function searchSeed(seed: number): Promise<SearchResult> {
  const { virtualMs, transactions, faults, violations, trace } = await runSeed(seed);
  return {
    seeds: 1,
    virtualMs,
    transactions,
    faults,
    failures: violations.length === 0 ? [] : [{ seed, violations, trace }],
  };
}

export const mergeSearchResults = (left: SearchResult, right: SearchResult): SearchResult => ({
  seeds: left.seeds + right.seeds,
  virtualMs: left.virtualMs + right.virtualMs,
  transactions: left.transactions + right.transactions,
  faults: addCounts(left.faults, right.faults),
  failures: [...left.failures, ...right.failures]
    .toSorted((one, other) => one.seed - other.seed)
    .slice(0, MAX_FAILURES),
});

function addCounts(left: SearchResult["faults"], right: SearchResult["faults"]): SearchResult["faults"] {
  const counts = new Map(left);
  for (const [kind, count] of right) counts.set(kind, (counts.get(kind) ?? 0) + count);
  return counts;
}

/** Every kind of fault, by the place where it is injected. */
export const allFaultKinds: readonly (readonly [place: string, kinds: readonly SimulatedFaultKind[]])[] = [
  ...Object.entries(simulatedFaultKinds),
  ["error types", knownErrorTypes],
];

/** The kinds of faults that never occurred: nothing was shown of them. */
export const findUnseenFaultKinds = ({ faults }: SearchResult): readonly SimulatedFaultKind[] =>
  allFaultKinds.flatMap(([, kinds]) => kinds).filter((kind) => !faults.has(kind));
