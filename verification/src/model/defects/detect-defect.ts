import { Worker } from "node:worker_threads";
import type { Counterexample } from "../search/explore.ts";
import type { Defect } from "./defect.ts";

/** Explores on a thread that loads the code with the defect. Gives the violation that was found, or nothing. */
export const detectDefect = (defect: Defect): Promise<Counterexample | undefined> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: defect, execArgv: SOURCE_OPTIONS });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error(`the defect "${defect.name}" was not explored to an end`)));
  });

/** The thread always runs the sources, even if this thread does not. */
const SOURCE_OPTIONS = ["--conditions=@electrum-vouchers/source"];
