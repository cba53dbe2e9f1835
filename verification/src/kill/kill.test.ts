import { expect, test } from "vitest";
import { invariants } from "../oracle/invariants.ts";
import { runKills } from "./kill-run.ts";
import { runInBothModes } from "./verify.ts";

/** Far longer than it takes. It only makes a test fail that would never end. */
const MAX_WAIT_MS = 300_000;

test(
  "tills that are stalled and killed again and again, by clocks that are wrong, lose nothing that a caller was told, and end in agreement",
  async () => {
    const runs = await runInBothModes(25, 1);

    expect(runs.flatMap(({ violations }) => violations)).toEqual([]);
    for (const run of runs) {
      expect(run.returnedCalls).toBeGreaterThan(0);
      expect(run.leftBehind).toBeGreaterThan(0);
      expect(run.jumps).toBeGreaterThan(0);
    }
  },
  MAX_WAIT_MS,
);

test(
  "an outbox that believes every clock is detected by kills: what is due in years is never done",
  async () => {
    // Whether a clock is set back while something waits depends on when the kills fall.
    const broken: string[] = [];
    for (let seed = 3; seed < 13 && broken.length === 0; seed += 1) {
      const run = await runKills({ kills: 6, seed, messaging: "dual", defect: "believesEveryClock", finishMs: 6_000 });
      broken.push(...run.violations);
    }
    expect(broken).toContainEqual(expect.stringContaining(invariants.terminates));
  },
  MAX_WAIT_MS,
);

test(
  "an outbox that acknowledges too early is detected by kills",
  async () => {
    const { violations } = await runKills({ kills: 6, seed: 3, messaging: "dual", defect: "acknowledgesEarly" });

    expect(violations).toContainEqual(expect.stringContaining(invariants.decisionKept));
  },
  MAX_WAIT_MS,
);

test(
  "an outbox that forgets what was handed over is detected by kills",
  async () => {
    const { violations } = await runKills({ kills: 4, seed: 5, messaging: "dual", defect: "forgetsHandOvers" });

    expect(violations).toContainEqual(expect.stringContaining(invariants.handOverMarked));
  },
  MAX_WAIT_MS,
);
