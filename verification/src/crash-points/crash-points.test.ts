import type { Outbox } from "@electrum-vouchers/core/ports";
import { documentedFlows } from "@electrum-vouchers/testkit";
import { okAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import { enumerateCrashPoints } from "./enumerate-crash-points.ts";
import { flows } from "./flows.ts";
import { recoveryModes } from "./run-with-crash.ts";

/** Far longer than any of them takes. It only makes a test fail that would never end. */
const MAX_WAIT_MS = 120_000;

/** One point in so many is tried, with one recovery mode, always the same. `pnpm verify crash` tries all points with all modes. */
const SAMPLE_INTERVAL = 5;

test("every documented flow is among them", () => {
  expect(flows.map(({ name }) => name)).toEqual(expect.arrayContaining(documentedFlows.map(({ name }) => name)));
  expect(documentedFlows).toHaveLength(52);
});

describe("a till that is killed before, during or after a call of a port is recovered by a new one on the same file", () => {
  test.each(flows.map((flow, index) => ({ ...flow, index })))(
    "$name",
    async ({ index, ...flow }) => {
      const { points, runs, failures } = await enumerateCrashPoints(flow, {
        recoveryModes,
        isSelected: (point, recoveryMode) =>
          (point + index) % SAMPLE_INTERVAL === 0 &&
          recoveryModes[Math.floor(point / SAMPLE_INTERVAL) % recoveryModes.length] === recoveryMode,
      });

      expect(failures).toEqual([]);
      expect(points).toBeGreaterThan(10);
      expect(runs).toBeGreaterThan(0);
    },
    MAX_WAIT_MS,
  );
});

describe("the check detects an outbox that", () => {
  const [sale] = flows;
  const connectionLost = flows.find(({ name }) => name.includes("connection breaks"));
  const defects = {
    "acknowledges a step before it is durable": [
      sale,
      (outbox: Outbox): Outbox => ({
        ...outbox,
        commit: (change) => {
          setImmediate(() => {
            outbox.commit(change).orTee(() => undefined);
          });
          return okAsync(undefined);
        },
      }),
    ],
    "does not store what is due": [
      sale,
      (outbox: Outbox): Outbox => ({
        ...outbox,
        commit: ({ due: _, ...change }) => outbox.commit(change),
      }),
    ],
    "delivers an advice before its time": [
      connectionLost,
      (outbox: Outbox): Outbox => ({
        ...outbox,
        commit: ({ due, ...change }) =>
          outbox.commit({ ...change, ...(due === undefined ? {} : { due: { ...due, at: 0 } }) }),
      }),
    ],
  } as const;

  test.each(Object.entries(defects))(
    "%s",
    async (_, [flow, injectDefect]) => {
      if (flow === undefined) throw new Error("there is no such flow");

      const { failures } = await enumerateCrashPoints(flow, { recoveryModes: ["abandon"], injectDefect });

      expect(failures).not.toEqual([]);
    },
    MAX_WAIT_MS,
  );
});

describe("the check detects that between two processes on a file", () => {
  test.each([
    ["each seems dead to the other", "othersSeemDead", "takes its time", "is left to it"],
    ["nothing is told", "nothingIsTold", "unknown outcome, retries fail", "is taken up soon"],
  ] as const)(
    "%s",
    async (_, processDefect, name, promise) => {
      const flow = flows.find((each) => each.name.includes(name));
      if (flow === undefined) throw new Error("there is no such flow");

      const { failures } = await enumerateCrashPoints(flow, {
        recoveryModes: ["survive"],
        processDefect,
        isSelected: (point) => point % SAMPLE_INTERVAL === 0,
      });

      expect(failures.join("\n")).toContain(promise);
    },
    MAX_WAIT_MS,
  );
});
