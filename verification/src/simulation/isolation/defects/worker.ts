import { parentPort, workerData } from "node:worker_threads";
import { plantDefect } from "../../../harness/plant-defect.ts";
import { hasFields } from "../../../workers.ts";
import type { IsolationDefect } from "./defects.ts";

// Runs seeds with one defect in the code, until one catches it. The defect is put in while its file is loaded, so nothing of the
// runtime is imported before.

const isDefect = (value: unknown): value is IsolationDefect =>
  hasFields(value, "name", "file", "original", "replacement", "from");

if (parentPort === null || !isDefect(workerData)) throw new Error("this runs on a thread, and is told its defect");
const { from, ...defect } = workerData;
const isPlanted = plantDefect(defect);

/** Each defect is caught by one of so few seeds. */
const MAX_SEEDS = 60;

const { runIsolationSeed } = await import("../run.ts");
if (!isPlanted()) throw new Error(`${defect.file} was loaded before the defect could be put in`);
let caught: { readonly seed: number; readonly violation: string } | undefined;
for (let seed = from; seed < from + MAX_SEEDS && caught === undefined; seed += 1) {
  const [violation] = (await runIsolationSeed(seed)).violations;
  if (violation !== undefined) caught = { seed, violation };
}
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a thread has no origin
parentPort.postMessage(caught);
