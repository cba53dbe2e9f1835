import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { powerDefects } from "./defects.ts";
import { type FailedCut, failedRecording, type PowerResult, runPowerCuts } from "./run.ts";

/** Recordings, one after the other. The first in which something does not hold is the last. */
export interface PowerJob {
  readonly recorder: string;
  readonly folder: string;
  readonly seeds: readonly number[];
  /** The numbers of the cuts in each recording. */
  readonly cuts: readonly number[];
  /** The name of the defect, since the defect itself is a function. */
  readonly defect?: string;
}

/** The results of the recordings, up to the first with a failure. */
export async function runPowerJob({ seeds, ...job }: PowerJob): Promise<readonly PowerResult[]> {
  const results: PowerResult[] = [];
  for (const seed of seeds) {
    const result = await runRecording(job, seed);
    results.push(result);
    if (result.failures.length > 0) break;
  }
  return results;
}

/** The first cut after which something did not hold. What could not be recorded at all is none. */
export const firstFailedCut = (results: readonly PowerResult[]): FailedCut | undefined =>
  results.flatMap(({ failures }) => failures).find(({ index }) => index !== undefined);

async function runRecording(
  { recorder, folder: parent, cuts, defect }: Omit<PowerJob, "seeds">,
  seed: number,
): Promise<PowerResult> {
  const folder = join(parent, `${seed} ${defect ?? ""}`);
  mkdirSync(folder);
  try {
    const injected = powerDefects.find(({ name }) => name === defect);
    return await runPowerCuts({ recorder, folder, seed, cuts, defect: injected });
  } catch (error) {
    return failedRecording(seed, error);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
