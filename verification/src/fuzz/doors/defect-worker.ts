import { type DefectiveJob, runDefectively } from "../../harness/defective-process.ts";
import { hasFields } from "../../workers.ts";
import type { DoorDefect } from "./defects.ts";

// Tries one door with one defect in the code.

export interface DoorJob extends DefectiveJob<DoorDefect> {
  readonly seed: number;
  readonly cases: number;
}

const isJob = (value: unknown): value is DoorJob => hasFields(value, "defect", "seed", "cases");

runDefectively(isJob, async ({ defect, seed, cases }, checkPlanted) => {
  const { runDoors } = await import("./run.ts");
  checkPlanted();
  return runDoors({ seed, cases, maxFailures: 1 }, [defect.door]);
});
