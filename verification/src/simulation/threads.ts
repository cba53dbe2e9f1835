import { Worker } from "node:worker_threads";
import { type Search, type Seeds, together } from "./search.ts";

/** Runs the seeds on so many threads. Which thread runs a seed makes no difference to it. */
export async function searchOnThreads(from: number, count: number, threads: number): Promise<Search> {
  const shares = Array.from({ length: Math.min(threads, count) }, (_, index): Seeds => {
    const share = Math.ceil((count - index) / threads);
    return { from: from + index, count: share, step: threads };
  });
  const found = await Promise.all(shares.map(searchShare));
  return found.reduce(together);
}

const searchShare = (seeds: Seeds): Promise<Search> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: seeds });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
