import { parentPort, workerData } from "node:worker_threads";
import { plantDefect } from "../../harness/plant-defect.ts";
import { hasFields } from "../../workers.ts";
import type { Defect } from "./defect.ts";

// Explores with one defect in the code. The defect is put in while its file is loaded, so nothing of the core is imported before.

const isDefect = (value: unknown): value is Defect =>
  hasFields(value, "name", "file", "original", "replacement", "configuration");

if (parentPort === null || !isDefect(workerData)) throw new Error("this runs on a thread, and is told its defect");
const isPlanted = plantDefect(workerData);

const { explore } = await import("../search/explore.ts");
const { createSystem } = await import("../system.ts");
if (!isPlanted()) throw new Error(`${workerData.file} was loaded before the defect could be put in`);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a thread has no origin
parentPort.postMessage(explore(createSystem(workerData.configuration)).violation);
