import { fork } from "node:child_process";
import { hasFields } from "../workers.ts";
import { type PlantedDefect, plantDefect } from "./plant-defect.ts";

// A defect is planted in a process of its own. It changes what is loaded there, and what it breaks ends with that process: a defect may
// loop, throw, or crash a native module.

/** What such a process is told. */
export interface DefectiveJob<Defect extends PlantedDefect = PlantedDefect> {
  readonly defect: Defect;
}

/** Far longer than any defect takes. It only ends a process that would never end. */
const MAX_RUN_MS = 120_000;

/**
 * Runs a script that calls {@link runDefectively}, with the sources loaded as the defect has them. Gives what the script found, or nothing
 * if it found nothing.
 */
export const runWithDefect = <Found>(
  script: URL,
  job: DefectiveJob,
  isFound: (value: unknown) => value is Found,
): Promise<Found | undefined> =>
  new Promise((resolve, reject) => {
    const child = fork(script, [], {
      // It always runs the sources, even if this process does not.
      execArgv: ["--conditions=@electrum-vouchers/source"],
      serialization: "advanced",
      timeout: MAX_RUN_MS,
      killSignal: "SIGKILL",
    });
    child.once("message", (message: unknown) => {
      const found = isReport(message) ? message.found : message;
      if (found === undefined || isFound(found)) resolve(found);
      else reject(new TypeError(`${script.pathname} found something unexpected`));
    });
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(new Error(`${script.pathname} was not run to an end: ${signal ?? `code ${code}`}`)),
    );
    child.send(job);
  });

interface Report {
  readonly found: unknown;
}

const isReport = (message: unknown): message is Report => hasFields(message, "found");

/**
 * In such a process: plants the defect, and then does the work. The work imports what it needs of the project, so that nothing is loaded
 * before the defect is planted.
 */
export function runDefectively<Job extends DefectiveJob>(
  isJob: (message: unknown) => message is Job,
  work: (job: Job, checkPlanted: () => void) => Promise<unknown>,
): void {
  process.once("message", (job: unknown) => {
    if (!isJob(job)) throw new TypeError("this process is told something else than a job");
    const { file } = job.defect;
    const isPlanted = plantDefect(job.defect);
    const checkPlanted = (): void => {
      if (!isPlanted()) throw new Error(`${file} was loaded before the defect could be planted`);
    };
    // If the work fails, the process ends, and the one that waits for it gets an error.
    void work(job, checkPlanted).then((found) => process.send?.({ found }, () => process.disconnect()));
  });
}
