import type { Transaction } from "@electrum-vouchers/core";
import { describe, expect, test } from "vitest";
import { type Configuration, everyConfiguration, nameOf, redemption, sale } from "./configuration.ts";
import { catchDefect } from "./defects/catch.ts";
import { defects } from "./defects/defects.ts";
import { compareEvidence } from "./essence/evidence.ts";
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

describe("what is left out of a state decides nothing", () => {
  const until = NOW + 3;

  test.each(
    [
      sale({ retries: 0, decisionDeadlineMs: 1 }),
      sale({ messaging: "single", retries: 0 }),
      redemption({ lookupRepeats: 1, decisionDeadlineMs: 1 }),
      redemption({ lookupRepeats: 2, customerWaitMs: 4 }),
    ].map((configuration) => [nameOf(configuration), configuration] as const),
  )("%s", (_, { kind, policy }) => {
    const { differences, essences, transactions } = compareEvidence(kind, policy, until);

    expect(differences).toEqual([]);
    expect(essences).toBeLessThan(transactions / 10);
  });

  test("which would be seen: without a cancellation, a doubt, an advice or a mark, what differs looks alike", () => {
    const { kind, policy } = sale({ retries: 1 });
    const without =
      (left: string) =>
      (transaction: Transaction): string =>
        JSON.stringify(transaction, (field, value: unknown) => (field === left ? undefined : value));

    for (const field of ["cancelledAt", "doubt", "advice", "marks"]) {
      expect(compareEvidence(kind, policy, NOW + 1, without(field)).differences).not.toEqual([]);
    }
  });
});
