import { Worker } from "node:worker_threads";
import type { Checked } from "./check.ts";

/** Explores the configurations at these places on so many threads; tells of each as soon as it is done. */
export async function checkOnThreads(
  places: readonly number[],
  threads: number,
  done: (place: number, checked: Checked, ms: number) => void,
): Promise<void> {
  const left = [...places];
  await Promise.all(Array.from({ length: threads }, work));

  async function work(): Promise<void> {
    const worker = new Worker(new URL("worker.ts", import.meta.url));
    for (let place = left.shift(); place !== undefined; place = left.shift()) {
      const startedMs = performance.now();
      done(place, await ask(worker, place), performance.now() - startedMs);
    }
    await worker.terminate();
  }
}

const ask = (worker: Worker, place: number): Promise<Checked> =>
  new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(place);
  });
