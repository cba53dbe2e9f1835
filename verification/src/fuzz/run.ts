import { generateResponse } from "./responses.ts";
import { checkDelivery } from "./deliveries.ts";
import { createRandom } from "../random.ts";
import { checkClassifications } from "./classifications.ts";
import { checkRecords } from "./records.ts";
import { allFixtures } from "./fixtures.ts";
import { type Violations, shippedCore, type SystemUnderTest } from "./system-under-test.ts";

/** A case that broke a promise. `seed` and `index` repeat it exactly. */
export interface FailedCase {
  readonly seed: number;
  readonly index: number;
  readonly violations: Violations;
}

export interface FuzzOptions {
  readonly seed: number;
  /** How many cases. Each is a response, a record, and an entry of a journal. */
  readonly cases: number;
  /** The first of them. Default 0. */
  readonly from?: number;
  /** Called with each case as it begins, so that a case that never ends can be named. */
  readonly onCase?: (index: number) => void;
}

/** Enough to show what they have in common. */
const MAX_FAILURES = 10;

/** Feeds the core fuzzed responses and records, case by case, and gives the first cases that broke a promise. */
export function runFuzz(
  { seed, cases, from = 0, onCase }: FuzzOptions,
  system: SystemUnderTest = shippedCore,
): readonly FailedCase[] {
  const fixtures = allFixtures();
  const failures: FailedCase[] = [];
  for (let index = from; index < from + cases && failures.length < MAX_FAILURES; index += 1) {
    onCase?.(index);
    const violations = checkCase(system, seed, index);
    if (violations.length > 0) failures.push({ seed, index, violations });
  }
  return failures;

  function checkCase(target: SystemUnderTest, ...[seedOfRun, index]: readonly [number, number]): Violations {
    const random = createRandom(seedOfRun, index);
    const response = generateResponse(random);
    const fixture = random.pick(fixtures);
    try {
      return [
        ...checkClassifications(target, response),
        ...checkDelivery(target, random, fixture, response),
        ...checkRecords(target, random, random.pick(fixtures)),
      ];
    } catch (error) {
      return [`it threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
    }
  }
}
