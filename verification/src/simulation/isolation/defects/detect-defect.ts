import { runWithDefect } from "../../../harness/defective-process.ts";
import { hasFields } from "../../../workers.ts";
import type { IsolationDefect } from "./defects.ts";

/** The first seed that catches a defect, and the violation. */
export interface CaughtDefect {
  readonly seed: number;
  readonly violation: string;
}

/** Runs seeds in a process that loads the code with the defect. Gives nothing if no seed catches it. */
export const detectIsolationDefect = (defect: IsolationDefect): Promise<CaughtDefect | undefined> =>
  runWithDefect(new URL("worker.ts", import.meta.url), { defect }, isCaughtDefect);

const isCaughtDefect = (value: unknown): value is CaughtDefect => hasFields(value, "seed", "violation");
