import { Worker } from "node:worker_threads";
import { inLanes, LANES } from "../lanes.ts";
import type { Configuration } from "./configuration.ts";
import type { Exploration } from "./search/explore.ts";

/** Explores the configurations on threads, in their order; tells of each as soon as it is done. */
export async function exploreOnThreads(
  configurations: readonly Configuration[],
  done: (configuration: Configuration, exploration: Exploration, ms: number) => void,
): Promise<void> {
  const workers = Array.from({ length: LANES }, () => new Worker(new URL("worker.ts", import.meta.url)));
  const idle = [...workers];
  await inLanes(configurations, async (configuration) => {
    const worker = idle.pop();
    if (worker === undefined) throw new RangeError("there are as many threads as lanes");
    const startedMs = performance.now();
    done(configuration, await explored(worker, configuration), performance.now() - startedMs);
    idle.push(worker);
  });
  await Promise.all(workers.map((worker) => worker.terminate()));
}

const explored = (worker: Worker, configuration: Configuration): Promise<Exploration> =>
  new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => reject(new Error("a thread died before it was done", { cause }));
    worker.once("message", (exploration: Exploration) => {
      worker.off("error", fail);
      worker.off("exit", fail);
      resolve(exploration);
    });
    worker.once("error", fail);
    worker.once("exit", fail);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(configuration);
  });
