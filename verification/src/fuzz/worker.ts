import { parentPort, workerData } from "node:worker_threads";
import { runDoors } from "./doors/run.ts";
import { runFuzz } from "./run.ts";
import { isCasePortion } from "./portion.ts";

// Runs a portion of the cases on a thread of its own, so that the main thread can detect a case that never ends.

if (parentPort === null || !isCasePortion(workerData))
  throw new Error("this runs on a thread, and is told its share of the cases");
const { kind, seed, from, cases, current } = workerData;
const run = kind === "doors" ? runDoors : runFuzz;
const failures = await run({
  seed,
  from,
  cases,
  onCase: (index) => {
    Atomics.store(current, 0, index);
  },
});
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a thread has no origin
parentPort.postMessage(failures);
