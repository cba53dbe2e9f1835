import { Worker } from "node:worker_threads";
import type { Failure } from "./run.ts";
import type { Share } from "./share.ts";

/** A case takes a millisecond. One that takes this long never ends. */
const HANG_MS = 10_000;

/** Runs the cases on so many threads; a case that never ends is a failure like any other. */
export async function runOnThreads(seed: number, cases: number, threads: number): Promise<readonly Failure[]> {
  const size = Math.ceil(cases / threads);
  const shares = Array.from({ length: threads }, (_, index): Share => {
    const from = index * size;
    const current = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    return { seed, from, cases: Math.min(size, cases - from), current };
  });
  return (await Promise.all(shares.map(runWatched))).flat();
}

async function runWatched(share: Share): Promise<readonly Failure[]> {
  const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: share });
  let before = -1;
  return new Promise((resolve, reject) => {
    const watch = setInterval(() => {
      const index = Atomics.load(share.current, 0);
      if (index === before) end([{ seed: share.seed, index, faults: ["it never ends"] }]);
      before = index;
    }, HANG_MS);
    worker.on("message", end);
    worker.on("error", reject);

    function end(failures: readonly Failure[]): void {
      clearInterval(watch);
      resolve(failures);
      void worker.terminate();
    }
  });
}
