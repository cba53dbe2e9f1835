import { describe, expect, test } from "vitest";
import { runWithDefect } from "../../harness/defective-process.ts";
import type { DoorJob } from "./defect-worker.ts";
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

/** Tries the door in a process that loads the sources with the defect. */
function tryDefect(defect: DoorDefect): Promise<unknown> {
  const job: DoorJob = { defect, seed: SEED, cases: CASES_FOR_DEFECT };
  return runWithDefect(new URL("defect-worker.ts", import.meta.url), job, Array.isArray);
}
