import { parentPort, Worker } from "node:worker_threads";
import { runConcurrently, WORKERS } from "./concurrency.ts";

export interface WorkerRun<Job, Result> {
  /** The script of each thread. It does its jobs by {@link serveJobs}. */
  readonly script: URL;
  readonly jobs: readonly Job[];
  readonly isResult: (message: unknown) => message is Result;
  /** Called for each job as soon as it is done. */
  readonly onResult: (job: Job, result: Result, ms: number) => void;
}

/** Does the jobs on threads, in their order. */
export async function runInWorkers<Job, Result>(run: WorkerRun<Job, Result>): Promise<void> {
  const { script, jobs, isResult, onResult } = run;
  const workers = Array.from({ length: Math.min(WORKERS, jobs.length) }, () => new Worker(script));
  const idle = [...workers];
  try {
    await runConcurrently(jobs, async (job) => {
      const worker = idle.pop();
      if (worker === undefined) throw new RangeError("there are as many threads as jobs at once");
      const startedMs = performance.now();
      const result = await requestResult(worker, job);
      if (!isResult(result)) throw new TypeError("a thread gave something else than a result");
      onResult(job, result, performance.now() - startedMs);
      idle.push(worker);
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

const requestResult = (worker: Worker, job: unknown): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => reject(new Error("a thread died before it was done", { cause }));
    worker.once("message", (message: unknown) => {
      worker.off("error", fail);
      worker.off("exit", fail);
      resolve(message);
    });
    worker.once("error", fail);
    worker.once("exit", fail);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(job);
  });

/** On a thread: does the jobs that it is sent, one after the other. */
export function serveJobs<Job>(isJob: (message: unknown) => message is Job, work: (job: Job) => unknown): void {
  const port = parentPort;
  if (port === null) throw new Error("this runs on a thread");
  const serve = async (message: unknown): Promise<void> => {
    if (!isJob(message)) throw new TypeError("a thread was told something else than a job");
    port.postMessage(await work(message));
  };
  // If that fails, the thread ends, and the thread that waits for it gets the error.
  port.on("message", (message) => void serve(message));
}

/** Whether a value that a thread was sent has these fields. */
export const hasFields = (message: unknown, ...fields: readonly string[]): boolean =>
  typeof message === "object" && message !== null && fields.every((field) => field in message);
