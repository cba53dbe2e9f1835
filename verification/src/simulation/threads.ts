import { Worker } from "node:worker_threads";
import { type Search, type Seeds, together } from "./search.ts";
import type { Share } from "./share.ts";

/** Runs the seeds on so many threads. Which thread runs a seed makes no difference to it. */
export async function searchOnThreads(from: number, count: number, threads: number): Promise<Search> {
  const shares = Array.from({ length: Math.min(threads, count) }, (_, index): Seeds => {
    const share = Math.ceil((count - index) / threads);
    return { from: from + index, count: share, step: threads };
  });
  const found = await Promise.all(shares.map(searchShare));
  return found.reduce(together);
}

function searchShare(seeds: Seeds): Promise<Search> {
  const current = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const share: Share = { seeds, current };
  const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: share });
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void =>
      reject(new Error(`seed ${Atomics.load(current, 0)} made its thread end before it was done`, { cause }));
    worker.once("message", resolve);
    worker.once("error", fail);
    // After its message this says nothing new. Before, it waits for what can never come.
    worker.once("exit", (code) => fail(`exit ${code}`));
  });
}
