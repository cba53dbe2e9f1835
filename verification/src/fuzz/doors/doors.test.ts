import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { type DoorDefect, doorDefects } from "./defects.ts";
import { doors, runDoors } from "./run.ts";

const SEED = 4;

const CASES = 100;

/** Many more than any defect needs. */
const CASES_FOR_DEFECT = 1_000;

/** Far longer than it takes. It only makes a test fail that would never end. */
const MAX_WAIT_MS = 60_000;

describe("a door holds", () => {
  test.each(doors)(
    "%s",
    async (door) => {
      expect(await runDoors({ seed: SEED, cases: CASES }, [door])).toEqual([]);
    },
    MAX_WAIT_MS,
  );
});

describe("the check finds that", () => {
  test.each(doorDefects.map((defect) => [`${defect.door}: ${defect.name}`, defect] as const))(
    "%s",
    async (_, defect) => {
      expect(await tryDefect(defect)).not.toEqual([]);
    },
    MAX_WAIT_MS,
  );
});

/** Tries the door on a thread that loads the sources with the defect. */
const tryDefect = (defect: DoorDefect): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("defect-worker.ts", import.meta.url), {
      workerData: { defect, seed: SEED, cases: CASES_FOR_DEFECT },
      execArgv: ["--conditions=@electrum-vouchers/source"],
    });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error(`the defect "${defect.name}" was not tried to an end`)));
  });
