import { type DefectiveJob, runDefectively } from "../../../harness/defective-process.ts";
import { hasFields } from "../../../workers.ts";
import type { IsolationDefect } from "./defects.ts";

// Runs seeds with one defect in the code, until one catches it.

const isJob = (value: unknown): value is DefectiveJob<IsolationDefect> => hasFields(value, "defect");

/** Each defect is caught by one of so few seeds. */
const MAX_SEEDS = 60;

runDefectively(isJob, async ({ defect: { from } }, checkPlanted) => {
  const { runIsolationSeed } = await import("../run.ts");
  checkPlanted();
  for (let seed = from; seed < from + MAX_SEEDS; seed += 1) {
    const [violation] = (await runIsolationSeed(seed)).violations;
    if (violation !== undefined) return { seed, violation };
  }
  return undefined;
});
