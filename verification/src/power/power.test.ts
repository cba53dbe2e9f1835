import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { powerDefects } from "./defects.ts";
import { compileRecorder } from "./recorder.ts";
import { firstFailedCut, type PowerJob, runPowerJob } from "./job.ts";
import type { PowerResult } from "./run.ts";

/** Far longer than any of them takes. It only makes a test fail that would never end. */
const MAX_WAIT_MS = 120_000;

const folder = mkdtempSync(join(tmpdir(), "electrum-vouchers-power-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A machine without a C compiler cannot record. `pnpm verify power` says so as well. */
const recorder = compileRecorder(folder);

const run = (job: Pick<PowerJob, "seeds" | "cuts" | "defect">): Promise<readonly PowerResult[]> => {
  if (recorder === undefined) throw new Error("there is no C compiler");
  return runPowerJob({ recorder, folder, ...job });
};

const firstCuts = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

describe.skipIf(recorder === undefined)("after a loss of power at any moment (needs a C compiler)", () => {
  // Among them: several processes one after the other, two tills in one process, failed syncs, a file system without links.
  test(
    "the outbox opens and keeps what it promised, and the till ends in agreement with the switch",
    async () => {
      const results = await run({ seeds: [1, 4, 5, 19], cuts: firstCuts(15) });

      expect(results.flatMap(({ failures }) => failures)).toEqual([]);
      expect(results).toHaveLength(4);
      for (const { promised, losses } of results) {
        expect(promised).toBeGreaterThan(0);
        expect(losses).toBeGreaterThan(0);
      }
    },
    MAX_WAIT_MS,
  );

  test.each(powerDefects)(
    "$name is detected",
    async ({ name, from }) => {
      const seeds = Array.from({ length: 10 }, (_, index) => from + index);
      const results = await run({ seeds, cuts: firstCuts(50), defect: name });

      expect(firstFailedCut(results)).toBeDefined();
    },
    MAX_WAIT_MS,
  );
});
