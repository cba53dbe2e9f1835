import { expect, test } from "vitest";
import { invariants } from "../oracle/invariants.ts";
import { runKills } from "./kill-run.ts";
import { runInBothModes } from "./verify.ts";

/** Far longer than it takes. It only makes a test fail that would never end. */
const MAX_WAIT_MS = 300_000;

test(
  "a till that is killed again and again loses nothing that a caller was told, and ends in agreement",
  async () => {
    const runs = await runInBothModes(25, 1);

    expect(runs.flatMap(({ violations }) => violations)).toEqual([]);
    for (const run of runs) {
      expect(run.returnedCalls).toBeGreaterThan(0);
      expect(run.leftBehind).toBeGreaterThan(0);
    }
  },
  MAX_WAIT_MS,
);

test(
  "an outbox that acknowledges too early is detected by kills",
  async () => {
    const { violations } = await runKills({ kills: 6, seed: 3, messaging: "dual", acknowledgesEarly: true });

    expect(violations).toContainEqual(expect.stringContaining(invariants.decisionKept));
  },
  MAX_WAIT_MS,
);
