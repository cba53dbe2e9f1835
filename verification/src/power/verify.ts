import { parseArgs } from "node:util";
import { withTemporaryFolder } from "../disk/temporary-folder.ts";
import { parseWholeNumber } from "../options.ts";
import type { Report } from "../report.ts";
import { hasFields, runInWorkers } from "../workers.ts";
import { powerDefects } from "./defects.ts";
import { compileRecorder } from "./recorder.ts";
import { firstFailedCut, type PowerJob } from "./job.ts";
import type { FailedCut, PowerResult } from "./run.ts";

/**
 * Loss of power: what tills of real processes write and sync is recorded, and the power is cut at any event of it. `--cuts N`
 * gives the number of cuts, `--seed S` the first of the recordings. `--seed S --cut N` repeats one cut.
 */
export async function verifyPower(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options });
  const seed = parseWholeNumber("--seed", values.seed);
  const cuts = parseWholeNumber("--cuts", values.cuts, 1);
  const only = values.cut === undefined ? undefined : parseWholeNumber("--cut", values.cut);
  return withTemporaryFolder(async (folder) => {
    const recorder = compileRecorder(folder);
    if (recorder === undefined) return notRun;
    const paths = { recorder, folder };
    if (only !== undefined) return reportOf(await runJobs([{ ...paths, seeds: [seed], cuts: [only] }]), []);
    const results = await runJobs(jobsFor(cuts, seed).map((job) => ({ ...paths, ...job })));
    return reportOf(results, [
      ...(results.some(({ promised }) => promised > 0)
        ? []
        : ["no commit was promised before a cut: nothing was shown"]),
      ...(await findUnrepeatable(paths, results)),
      ...(await findUndetected(paths)),
    ]);
  });
}

const options = {
  cuts: { type: "string", default: "5000" },
  seed: { type: "string", default: "1" },
  cut: { type: "string" },
} as const;

const notRun: Report = {
  check: "power",
  counts: {},
  size: "nothing",
  faults: "none",
  failures: [],
  notRun: "no C compiler",
};

type Paths = Pick<PowerJob, "recorder" | "folder">;

/** Enough to meet most of what a recording holds; few enough that there are many recordings. */
const CUTS_PER_RECORDING = 50;

const firstCuts = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

const jobsFor = (cuts: number, firstSeed: number): readonly Pick<PowerJob, "seeds" | "cuts">[] =>
  Array.from({ length: Math.ceil(cuts / CUTS_PER_RECORDING) }, (_, index) => ({
    seeds: [firstSeed + index],
    cuts: firstCuts(Math.min(CUTS_PER_RECORDING, cuts - index * CUTS_PER_RECORDING)),
  }));

/** The results of all jobs, by seed. `onResult` is called as soon as a job is done. */
async function runJobs(
  jobs: readonly PowerJob[],
  onResult: (job: PowerJob, results: readonly PowerResult[]) => void = () => {},
): Promise<readonly PowerResult[]> {
  const found: PowerResult[] = [];
  await runInWorkers({
    script: new URL("worker.ts", import.meta.url),
    jobs,
    isResult: (message): message is readonly PowerResult[] =>
      Array.isArray(message) && message.every((each) => hasFields(each, "seed", "cuts", "failures")),
    onResult: (job, results) => {
      found.push(...results);
      onResult(job, results);
    },
  });
  return found.toSorted((one, other) => one.seed - other.seed);
}

/** How many recordings are made twice, to show that the result is the same. */
const REPEATED = 3;

async function findUnrepeatable(paths: Paths, results: readonly PowerResult[]): Promise<readonly string[]> {
  const first = results.slice(0, REPEATED);
  const again = await runJobs(first.map(({ seed }) => ({ ...paths, seeds: [seed], cuts: [] })));
  return first.flatMap(({ seed, digest }, index) =>
    again[index]?.digest === digest ? [] : [`the recording of seed ${seed} is not the same twice`],
  );
}

/** Each defect is caught in one of so few recordings. */
const MAX_RECORDINGS = 12;

/** Records tills whose outbox has a defect. Prints what caught each, and gives those that nothing caught. */
async function findUndetected(paths: Paths): Promise<readonly string[]> {
  const failures: string[] = [];
  const jobs = powerDefects.map(({ name, from }) => ({
    ...paths,
    defect: name,
    seeds: Array.from({ length: MAX_RECORDINGS }, (_, index) => from + index),
    cuts: firstCuts(CUTS_PER_RECORDING),
  }));
  console.log("\ncaught by        defect");
  await runJobs(jobs, ({ defect }, results) => {
    const caught = firstFailedCut(results);
    if (caught === undefined) failures.push(`a defect was not caught: ${defect}`);
    else console.log(`seed ${String(caught.seed).padStart(3)} cut ${String(caught.index).padStart(2)}  ${defect}`);
  });
  return failures;
}

/** The first failures tell more than all of them. */
const MAX_SHOWN = 20;

function reportOf(results: readonly PowerResult[], others: readonly string[]): Report {
  const sum = (countOf: (result: PowerResult) => number): number =>
    results.reduce((total, result) => total + countOf(result), 0);
  const failed = results.flatMap(({ failures }) => failures);
  console.log(
    `\n${sum(({ events }) => events)} writes, syncs and marks of ${sum(({ processes }) => processes)} processes · ${sum(({ creationCuts }) => creationCuts)} cuts during creation · ${sum(({ failedSyncCuts }) => failedSyncCuts)} after a failed sync · ${sum(({ promised }) => promised)} promises judged\n`,
  );
  return {
    check: "power",
    counts: { cuts: sum(({ cuts }) => cuts), recordings: results.length },
    size: `${sum(({ cuts }) => cuts)} cuts of ${results.length} recordings`,
    faults: `${sum(({ losses }) => losses)} times unsynced writes were lost, torn or reordered; failed syncs, several lives`,
    failures: [
      ...failed.slice(0, MAX_SHOWN).map(describeFailure),
      ...(failed.length > MAX_SHOWN ? [`${failed.length - MAX_SHOWN} more cuts failed`] : []),
      ...others,
    ],
  };
}

const describeFailure = ({ seed, index, violations }: FailedCut): string =>
  `pnpm verify power --seed ${seed} ${index === undefined ? "--cuts 1" : `--cut ${index}`}\n  ${violations.join("\n  ")}`;
