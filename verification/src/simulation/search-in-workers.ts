import { Worker } from "node:worker_threads";
import { type SearchResult, type SeedRange, mergeSearchResults } from "./search.ts";
import type { SeedPortion } from "./portion.ts";

/** Runs the seeds on so many threads. A seed gives the same result on every thread. */
export async function searchInWorkers(from: number, count: number, workers: number): Promise<SearchResult> {
  const portions = Array.from({ length: Math.min(workers, count) }, (_, index): SeedRange => {
    const size = Math.ceil((count - index) / workers);
    return { from: from + index, count: size, step: workers };
  });
  const found = await Promise.all(portions.map(searchPortion));
  return found.reduce(mergeSearchResults);
}

function searchPortion(seeds: SeedRange): Promise<SearchResult> {
  const current = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const portion: SeedPortion = { seeds, current };
  const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: portion });
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void =>
      reject(new Error(`seed ${Atomics.load(current, 0)} made its thread end before it was done`, { cause }));
    worker.once("message", resolve);
    worker.once("error", fail);
    // After the thread's message this changes nothing. Before it, the message can never come.
    worker.once("exit", (code) => fail(`exit ${code}`));
  });
}
