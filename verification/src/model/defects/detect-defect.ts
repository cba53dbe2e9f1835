import { runWithDefect } from "../../harness/defective-process.ts";
import { hasFields } from "../../workers.ts";
import type { Counterexample } from "../search/explore.ts";
import type { Defect } from "./defect.ts";

/** Explores in a process that loads the code with the defect. Gives the violation that was found, or nothing. */
export const detectDefect = (defect: Defect): Promise<Counterexample | undefined> =>
  runWithDefect(new URL("worker.ts", import.meta.url), { defect }, isCounterexample);

const isCounterexample = (value: unknown): value is Counterexample => hasFields(value, "invariant", "trace");
