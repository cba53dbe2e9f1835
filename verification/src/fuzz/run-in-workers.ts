import { Worker } from "node:worker_threads";
import type { FailedCase } from "./run.ts";
import type { CasePortion } from "./portion.ts";

/** A case takes a millisecond, or ten if it opens a store. A case that takes this long never ends. */
const HANG_MS = 10_000;

/** Runs the cases on so many threads. A case that never ends is a failure like any other. */
export async function runCasesInWorkers(
  kind: CasePortion["kind"],
  seed: number,
  cases: number,
  workers: number,
): Promise<readonly FailedCase[]> {
  const size = Math.ceil(cases / workers);
  const portions = Array.from({ length: workers }, (_, index): CasePortion => {
    const from = index * size;
    const current = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    return { kind, seed, from, cases: Math.min(size, cases - from), current };
  });
  return (await Promise.all(portions.map(runWithHangCheck))).flat();
}

async function runWithHangCheck(portion: CasePortion): Promise<readonly FailedCase[]> {
  const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: portion });
  let lastIndex = -1;
  return new Promise((resolve, reject) => {
    const hangCheck = setInterval(() => {
      const index = Atomics.load(portion.current, 0);
      if (index === lastIndex) finish([{ seed: portion.seed, index, violations: ["it never ends"] }]);
      lastIndex = index;
    }, HANG_MS);
    worker.on("message", finish);
    worker.on("error", reject);

    function finish(failures: readonly FailedCase[]): void {
      clearInterval(hangCheck);
      resolve(failures);
      void worker.terminate();
    }
  });
}
