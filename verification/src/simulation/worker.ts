import { parentPort, workerData } from "node:worker_threads";
import { hasFields } from "../threads.ts";
import { type Seeds, search } from "./search.ts";

// A share of the seeds, on a thread of its own.

const isSeeds = (value: unknown): value is Seeds => hasFields(value, "from", "count", "step");

if (parentPort === null || !isSeeds(workerData))
  throw new Error("this runs on a thread, and is told its share of the seeds");
let current = workerData.from;
process.once("unhandledRejection", (cause) => {
  throw new Error(`seed ${current} left a rejection that nobody handles`, { cause });
});
const found = await search(workerData, (seed) => {
  current = seed;
});
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a thread has no origin
parentPort.postMessage(found);
