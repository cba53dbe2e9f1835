import type { Policy } from "@electrum-vouchers/core";
import { describe, expect, test } from "vitest";
import { type Configuration, everyConfiguration, configurationName } from "./configuration.ts";
import { expectedLimits } from "./properties/limits.ts";
import { explore } from "./search/explore.ts";
import { createSystem } from "./system.ts";

const repeatsOf = ({ retries, lookupRetries }: Policy): Readonly<Record<Configuration["kind"], number>> => ({
  provision: retries,
  redemption: lookupRetries,
  refund: 0,
});

/** The smallest of the configurations that `pnpm verify model` explores, in the most and in the least reliable network. */
const isSmall = ({
  kind,
  policy,
  owners,
  faults,
  mayRepeat,
  mayArriveLate,
  remembersReversals,
}: Configuration): boolean =>
  repeatsOf(policy)[kind] === 0 &&
  policy.customerWaitMs === undefined &&
  faults === "classes" &&
  owners === 1 &&
  !mayRepeat &&
  mayArriveLate !== remembersReversals;

describe("in every reachable state every invariant holds, except for the limits of the protocol", () => {
  test.each(
    everyConfiguration
      .filter(isSmall)
      .map((configuration) => [configurationName(configuration), configuration] as const),
  )("%s", (_, configuration) => {
    const { violation, limits, states } = explore(createSystem(configuration));

    expect(violation).toBeUndefined();
    expect(limits.map(({ limit }) => limit).toSorted()).toEqual(expectedLimits(configuration).toSorted());
    expect(states).toBeGreaterThan(1_000);
  });
});
