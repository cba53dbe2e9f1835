import type { Outbox } from "@electrum-vouchers/core/ports";
import { okAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import { flows as galleryFlows } from "../../../apps/demo/src/gallery/flows.ts";
import { enumerate } from "./enumerate.ts";
import { demoFlows, flows } from "./flows.ts";
import { aftermaths } from "./play.ts";

/** Far more than any of them takes: what never ends is to be seen all the same. */
const PATIENCE_MS = 120_000;

/** One point in so many is tried, always the same, with one aftermath; `pnpm verify crash` tries all, with every one. */
const EVERY = 5;

test("the flows are those of the demo, every one", () => {
  expect(demoFlows.map(({ name }) => name).toSorted()).toEqual(galleryFlows.map(({ name }) => name).toSorted());
});

describe("killed before, amid or after a call of a port, a till is recovered by a new one on the same file", () => {
  test.each(flows.map((flow, index) => ({ ...flow, index })))(
    "$name",
    async ({ index, ...flow }) => {
      const { points, runs, failures } = await enumerate(flow, {
        aftermaths,
        chosen: (point, aftermath) =>
          (point + index) % EVERY === 0 && aftermaths[Math.floor(point / EVERY) % aftermaths.length] === aftermath,
      });

      expect(failures).toEqual([]);
      expect(points).toBeGreaterThan(10);
      expect(runs).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );
});

describe("the check is checked: it finds an outbox that", () => {
  const [sale] = flows;
  const cutOff = flows.find(({ name }) => name.includes("connection breaks"));
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
      cutOff,
      (outbox: Outbox): Outbox => ({
        ...outbox,
        commit: ({ due, ...change }) =>
          outbox.commit({ ...change, ...(due === undefined ? {} : { due: { ...due, at: 0 } }) }),
      }),
    ],
  } as const;

  test.each(Object.entries(defects))(
    "%s",
    async (_, [flow, tamper]) => {
      if (flow === undefined) throw new Error("there is no such flow");

      const { failures } = await enumerate(flow, { aftermaths: ["isGone"], tamper });

      expect(failures).not.toEqual([]);
    },
    PATIENCE_MS,
  );
});
