import { expect, test } from "vitest";
import { runLane } from "./lane.ts";
import { runLanes } from "./verify.ts";

/** Far more than it takes: what never ends is to be seen all the same. */
const PATIENCE_MS = 300_000;

test(
  "a till that is killed again and again loses nothing that a caller was told, and ends in agreement",
  async () => {
    const lanes = await runLanes(25, 1);

    expect(lanes.flatMap(({ broken }) => broken)).toEqual([]);
    for (const lane of lanes) {
      expect(lane.acknowledged).toBeGreaterThan(0);
      expect(lane.leftBehind).toBeGreaterThan(0);
    }
  },
  PATIENCE_MS,
);

test(
  "an outbox that says too early that something is stored is found by its kills",
  async () => {
    const { broken } = await runLane({ kills: 6, seed: 3, messaging: "dual", isHasty: true });

    expect(broken).toContainEqual(expect.stringContaining("what a caller was granted holds"));
  },
  PATIENCE_MS,
);
