import { Worker } from "node:worker_threads";
import type { Counterexample } from "../search/explore.ts";
import type { Defect } from "./defect.ts";

/** Explores with the defect in the code, on a thread that loads it so. Gives what was found, or nothing. */
export const detectDefect = (defect: Defect): Promise<Counterexample | undefined> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: defect, execArgv: SOURCE_OPTIONS });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error(`the defect "${defect.name}" was not explored to an end`)));
  });

/** The thread runs the sources, whatever runs this one. */
const SOURCE_OPTIONS = ["--conditions=@electrum-vouchers/source"];
