import type { Transaction } from "@electrum-vouchers/core";
import { describe, expect, test } from "vitest";
import { configurationName, sale } from "../configuration.ts";
import { NOW } from "../time/time.ts";
import { compareAbstraction } from "./compare-abstraction.ts";
import { type ComparisonCase, comparisonCases } from "./comparison-cases.ts";

/** How long each history is here; `pnpm verify model` makes it longer. */
const SHORT_DURATION_MS = 1;

const comparisonName = ({ configuration, hasMarks }: ComparisonCase): string =>
  `${configurationName(configuration)}${hasMarks === true ? ", payments and operators" : ""}`;

describe("what is left out of a state changes nothing", () => {
  test.each(comparisonCases.map((each) => [comparisonName(each), each] as const))(
    "%s",
    (_, { configuration: { kind, policy }, durationMs, hasMarks }) => {
      const until = NOW + Math.min(durationMs, SHORT_DURATION_MS);
      const { differences, abstractions, transactions } = compareAbstraction(kind, policy, until, undefined, hasMarks);

      expect(differences).toEqual([]);
      // Many have the same abstraction, so that there is something to compare.
      expect(abstractions).toBeLessThan(transactions / (hasMarks === true ? 3 : 5));
    },
  );

  test.each(["cancelledAt", "inDoubt", "advice", "lateApproval", "reconciliation"])(
    "and the check detects if %s is left out",
    (omitted) => {
      const { kind, policy } = sale({ retries: 1 });
      const abstraction = (transaction: Transaction): string =>
        JSON.stringify(transaction, (field, value: unknown) => (field === omitted ? undefined : value));

      const { differences } = compareAbstraction(kind, policy, NOW, abstraction);

      // What is not left out here tells some responses apart that mean the same.
      expect(differences.filter((each) => !each.endsWith("in two ways"))).not.toEqual([]);
    },
  );
});
