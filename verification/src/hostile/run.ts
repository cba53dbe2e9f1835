import { hostileAnswer } from "./answers.ts";
import { meetingFaults } from "./meetings.ts";
import { randomOf } from "../random.ts";
import { readingFaults } from "./readings.ts";
import { recordFaults } from "./records.ts";
import { allSituations } from "./situations.ts";
import { type Faults, shipped, type Subject } from "./subject.ts";

/** A case that broke a promise: `seed` and `index` play it again, exactly. */
export interface Failure {
  readonly seed: number;
  readonly index: number;
  readonly faults: Faults;
}

export interface HostileRun {
  readonly seed: number;
  /** How many cases; each is an answer, and a record and an entry of a journal. */
  readonly cases: number;
  /** The first of them. Default 0. */
  readonly from?: number;
  /** Told of each case as it begins, so that whoever watches can name one that never ends. */
  readonly onCase?: (index: number) => void;
}

/** Enough to see what they have in common. */
const MAX_FAILURES = 10;

/** Meets the core with what others wrote, case by case, and gives the first that broke a promise. */
export function runHostile(
  { seed, cases, from = 0, onCase }: HostileRun,
  subject: Subject = shipped,
): readonly Failure[] {
  const situations = allSituations();
  const failures: Failure[] = [];
  for (let index = from; index < from + cases && failures.length < MAX_FAILURES; index += 1) {
    onCase?.(index);
    const faults = caseFaults(subject, seed, index);
    if (faults.length > 0) failures.push({ seed, index, faults });
  }
  return failures;

  function caseFaults(tested: Subject, ...[seedOfRun, index]: readonly [number, number]): Faults {
    const random = randomOf(seedOfRun, index);
    const answer = hostileAnswer(random);
    const situation = random.pick(situations);
    try {
      return [
        ...readingFaults(tested, answer),
        ...meetingFaults(tested, random, situation, answer),
        ...recordFaults(tested, random, random.pick(situations)),
      ];
    } catch (error) {
      return [`it threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
    }
  }
}
