import { generateResponse } from "./responses.ts";
import { checkDelivery } from "./deliveries.ts";
import { createRandom } from "../random.ts";
import { checkClassifications } from "./classifications.ts";
import { checkBounded } from "./bounded-responses.ts";
import { checkCaller } from "./callers.ts";
import { checkRecords } from "./records.ts";
import { checkRepairs } from "./repairs.ts";
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
  /** How many cases. Each is a response, a record, an entry of a journal, and now and then an object of a caller's or a large response. */
  readonly cases: number;
  /** The first of them. Default 0. */
  readonly from?: number;
  /** It ends after so many failures. Default 10, enough to show what they have in common. */
  readonly maxFailures?: number;
  /** Called with each case as it begins, so that a case that never ends can be named. */
  readonly onCase?: (index: number) => void;
}

/** These take longer than the rest of a case together. */
const CALLER_SHARE = 0.25;
const LARGE_SHARE = 0.1;

export const DEFAULT_MAX_FAILURES = 10;

/** Feeds the core fuzzed responses and records, case by case, and gives the first cases that broke a promise. */
export function runFuzz(
  { seed, cases, from = 0, maxFailures = DEFAULT_MAX_FAILURES, onCase }: FuzzOptions,
  system: SystemUnderTest = shippedCore,
): readonly FailedCase[] {
  const fixtures = allFixtures();
  const failures: FailedCase[] = [];
  for (let index = from; index < from + cases && failures.length < maxFailures; index += 1) {
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
        ...checkRepairs(target, random, random.pick(fixtures)),
        ...(random.chance(CALLER_SHARE) ? checkCaller(target, random) : []),
        ...(random.chance(LARGE_SHARE) ? checkBounded(target, random, response) : []),
      ];
    } catch (error) {
      return [`it threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
    }
  }
}
