import type { Outbox } from "@electrum-vouchers/core/ports";
import { documentedFlows } from "@electrum-vouchers/testkit";
import { okAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import { enumerateCrashPoints } from "./enumerate-crash-points.ts";
import { flows } from "./flows.ts";
import { recoveryModes } from "./run-with-crash.ts";

/** Far more than any of them takes: what never ends is to be seen all the same. */
const MAX_WAIT_MS = 120_000;

/** One point in so many is tried, always the same, with one aftermath; `pnpm verify crash` tries all, with every one. */
const SAMPLE_INTERVAL = 5;

test("every documented flow is among them", () => {
  expect(flows.map(({ name }) => name)).toEqual(expect.arrayContaining(documentedFlows.map(({ name }) => name)));
  expect(documentedFlows).toHaveLength(24);
});

describe("killed before, amid or after a call of a port, a till is recovered by a new one on the same file", () => {
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

describe("the check is checked: it finds an outbox that", () => {
  const [sale] = flows;
  const connectionLost = flows.find(({ name }) => name.includes("connection breaks"));
  const defects = {
    "says that a step is durable before it is": [
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
    "forgets what is due": [
      sale,
      (outbox: Outbox): Outbox => ({
        ...outbox,
        commit: ({ due: _, ...change }) => outbox.commit(change),
      }),
    ],
    "lets an advice go before its time": [
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
