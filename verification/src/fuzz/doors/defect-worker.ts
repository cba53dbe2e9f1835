import { parentPort, workerData } from "node:worker_threads";
import { plantDefect } from "../../harness/plant-defect.ts";
import { hasFields } from "../../workers.ts";
import type { DoorDefect } from "./defects.ts";

// Tries one door with one defect in the code. The defect is put in while its file is loaded, so nothing of the project is imported before.

interface DefectJob {
  readonly defect: DoorDefect;
  readonly seed: number;
  readonly cases: number;
}

const isJob = (value: unknown): value is DefectJob => hasFields(value, "defect", "seed", "cases");

if (parentPort === null || !isJob(workerData)) throw new Error("this runs on a thread, and is told its defect");
const { defect, seed, cases } = workerData;
const isPlanted = plantDefect(defect);

const { runDoors } = await import("./run.ts");
if (!isPlanted()) throw new Error(`${defect.file} was loaded before the defect could be put in`);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a thread has no origin
parentPort.postMessage(await runDoors({ seed, cases, maxFailures: 1 }, [defect.door]));
