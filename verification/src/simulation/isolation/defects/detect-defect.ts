import { Worker } from "node:worker_threads";
import type { IsolationDefect } from "./defects.ts";

/** The first seed that catches a defect, and the violation. */
export interface CaughtDefect {
  readonly seed: number;
  readonly violation: string;
}

/** Runs seeds on a thread that loads the code with the defect. Gives nothing if no seed catches it. */
export const detectIsolationDefect = (defect: IsolationDefect): Promise<CaughtDefect | undefined> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: defect, execArgv: SOURCE_OPTIONS });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error(`the defect "${defect.name}" was not run to an end`)));
  });

/** The thread always runs the sources, even if this thread does not. */
const SOURCE_OPTIONS = ["--conditions=@electrum-vouchers/source"];
