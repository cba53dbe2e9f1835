import { parentPort, Worker } from "node:worker_threads";
import { inLanes, LANES } from "./lanes.ts";

export interface Threads<Job, Result> {
  /** What each thread runs: it does its jobs by {@link doJobs}. */
  readonly script: URL;
  readonly jobs: readonly Job[];
  readonly isResult: (message: unknown) => message is Result;
  /** Told of each job as soon as it is done. */
  readonly done: (job: Job, result: Result, ms: number) => void;
}

/** Has threads do the jobs, in their order. */
export async function onThreads<Job, Result>(threads: Threads<Job, Result>): Promise<void> {
  const { script, jobs, isResult, done } = threads;
  const workers = Array.from({ length: Math.min(LANES, jobs.length) }, () => new Worker(script));
  const idle = [...workers];
  try {
    await inLanes(jobs, async (job) => {
      const worker = idle.pop();
      if (worker === undefined) throw new RangeError("there are as many threads as lanes");
      const startedMs = performance.now();
      const result = await answerOf(worker, job);
      if (!isResult(result)) throw new TypeError("a thread gave something else than a result");
      done(job, result, performance.now() - startedMs);
      idle.push(worker);
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

const answerOf = (worker: Worker, job: unknown): Promise<unknown> =>
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

/** On a thread: does one job after the other, as it is told them. */
export function doJobs<Job>(isJob: (message: unknown) => message is Job, work: (job: Job) => unknown): void {
  const port = parentPort;
  if (port === null) throw new Error("this runs on a thread");
  const answer = async (message: unknown): Promise<void> => {
    if (!isJob(message)) throw new TypeError("a thread was told something else than a job");
    port.postMessage(await work(message));
  };
  // Where that fails, so does the thread, and whoever waits for it hears of it.
  port.on("message", (message) => void answer(message));
}

/** Tells by its fields what a thread was sent. */
export const hasFields = (message: unknown, ...fields: readonly string[]): boolean =>
  typeof message === "object" && message !== null && fields.every((field) => field in message);
