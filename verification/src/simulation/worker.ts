import { parentPort, workerData } from "node:worker_threads";
import { search } from "./search.ts";
import { isSeedPortion } from "./portion.ts";

// Runs a portion of the seeds, on a thread of its own.

if (parentPort === null || !isSeedPortion(workerData))
  throw new Error("this runs on a thread, and is told its share of the seeds");
const { seeds, current } = workerData;
process.once("unhandledRejection", (cause) => {
  throw new Error("a rejection was not handled", { cause });
});
const found = await search(seeds, (seed) => {
  Atomics.store(current, 0, seed);
});
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a thread has no origin
parentPort.postMessage(found);
