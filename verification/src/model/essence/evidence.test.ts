import type { Transaction } from "@electrum-vouchers/core";
import { describe, expect, test } from "vitest";
import { nameOf, sale } from "../configuration.ts";
import { NOW } from "../time/time.ts";
import { compareEvidence } from "./evidence.ts";
import { lives } from "./lives.ts";

/** How long each life is led here; `pnpm verify model` leads it longer. */
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
