import { Worker } from "node:worker_threads";
import type { Configuration } from "./configuration.ts";
import type { Exploration } from "./search/explore.ts";

/** Explores the configurations on so many threads, in their order; tells of each as soon as it is done. */
export async function exploreOnThreads(
  configurations: readonly Configuration[],
  threads: number,
  done: (configuration: Configuration, exploration: Exploration, ms: number) => void,
): Promise<void> {
  const left = [...configurations];
  await Promise.all(Array.from({ length: threads }, work));

  async function work(): Promise<void> {
    const worker = new Worker(new URL("worker.ts", import.meta.url));
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const startedMs = performance.now();
      done(next, await explored(worker, next), performance.now() - startedMs);
    }
    await worker.terminate();
  }
}

const explored = (worker: Worker, configuration: Configuration): Promise<Exploration> =>
  new Promise((resolve, reject) => {
    worker.once("message", (exploration: Exploration) => {
      worker.off("error", reject);
      resolve(exploration);
    });
    worker.once("error", reject);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(configuration);
  });
