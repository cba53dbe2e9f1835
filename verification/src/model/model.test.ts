import type { Transaction } from "@electrum-vouchers/core";
import { describe, expect, test } from "vitest";
import { type Configuration, everyConfiguration, nameOf, sale } from "./configuration.ts";
import { catchDefect } from "./defects/catch.ts";
import { defects } from "./defects/defects.ts";
import { compareEvidence } from "./essence/evidence.ts";
import { lives } from "./essence/lives.ts";
import { invariants } from "./judgement/invariants.ts";
import { limitsOf } from "./judgement/limits.ts";
import { explore } from "./search/explore.ts";
import { createSystem } from "./system.ts";
import { NOW } from "./time/time.ts";

/** Of the configurations that `pnpm verify model` explores, the smallest, in the kindest and in the worst of networks. */
const isSmall = ({ kind, policy, owners, repeats, late, remembersReversals }: Configuration): boolean =>
  (kind === "provision" ? policy.retries : policy.lookupRepeats) === 0 &&
  owners === 1 &&
  !repeats &&
  late !== remembersReversals;

describe("in every reachable state every invariant holds, but for the limits of the protocol", () => {
  test.each(everyConfiguration.filter(isSmall).map((configuration) => [nameOf(configuration), configuration] as const))(
    "%s",
    (_, configuration) => {
      const { violation, limits, states } = explore(createSystem(configuration));

      expect(violation).toBeUndefined();
      expect(limits.map(({ limit }) => limit).toSorted()).toEqual(limitsOf(configuration).toSorted());
      expect(states).toBeGreaterThan(1_000);
    },
  );
});

describe("a defect in the code is caught", () => {
  test.each(defects)("$name", async (defect) => {
    expect(await catchDefect(defect)).toMatchObject({ invariant: defect.breaks });
  });

  test("by each of the invariants", () => {
    expect(new Set(defects.map(({ breaks }) => breaks))).toEqual(new Set(Object.keys(invariants)));
  });
});

/** How long each life is led here; `pnpm verify model` leads them to their ends. */
const A_WHILE_MS = 1;

describe("what is left out of a state decides nothing", () => {
  test.each(lives.map(({ configuration }) => [nameOf(configuration), configuration] as const))(
    "%s",
    (_, { kind, policy }) => {
      const { differences, essences, transactions } = compareEvidence(kind, policy, NOW + A_WHILE_MS);

      expect(differences).toEqual([]);
      // Many look alike, so that there is something to compare.
      expect(essences).toBeLessThan(transactions / 5);
    },
  );

  test.each(["cancelledAt", "doubt", "advice", "marks"])("which would be seen, were %s left out", (left) => {
    const { kind, policy } = sale({ retries: 1 });
    const essence = (transaction: Transaction): string =>
      JSON.stringify(transaction, (field, value: unknown) => (field === left ? undefined : value));

    const { differences } = compareEvidence(kind, policy, NOW, essence);

    // What is not left out here tells some answers apart that come to the same.
    expect(differences.filter((each) => !each.endsWith("in two ways"))).not.toEqual([]);
  });
});
