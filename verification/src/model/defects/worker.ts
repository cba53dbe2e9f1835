import { type DefectiveJob, runDefectively } from "../../harness/defective-process.ts";
import { hasFields } from "../../workers.ts";
import type { Defect } from "./defect.ts";

// Explores with one defect in the code.

const isJob = (value: unknown): value is DefectiveJob<Defect> => hasFields(value, "defect");

runDefectively(isJob, async ({ defect }, checkPlanted) => {
  const { explore } = await import("../search/explore.ts");
  const { createSystem } = await import("../system.ts");
  checkPlanted();
  return explore(createSystem(defect.configuration)).violation;
});
