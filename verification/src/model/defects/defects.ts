import { decisionDefects } from "./decision-defects.ts";
import type { Defect } from "./defect.ts";
import { engineDefects } from "./engine-defects.ts";
import { lastingDefects } from "./lasting-defects.ts";
import { responseDefects } from "./response-defects.ts";
import { sentOnceDefects } from "./sent-once-defects.ts";

/** Each of them must be caught. A check that nothing can fail shows nothing. */
export const defects: readonly Defect[] = [
  ...decisionDefects,
  ...sentOnceDefects,
  ...responseDefects,
  ...engineDefects,
  ...lastingDefects,
];
