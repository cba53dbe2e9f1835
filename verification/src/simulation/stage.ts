import type { SimulatedClock } from "@electrum-vouchers/testkit";
import type { Random } from "../random.ts";
import type { FaultCount } from "./faults.ts";
import type { Scenario } from "./scenario.ts";
import type { Trace } from "./trace.ts";

/** What all parts of a run share. */
export interface Stage {
  readonly clock: SimulatedClock;
  readonly random: Random;
  readonly scenario: Scenario;
  readonly trace: Trace;
  readonly faults: FaultCount;
  /** Whether faults have stopped: from now on nothing goes wrong any more. */
  isCalm(): boolean;
}

/** Whether something goes wrong now that goes wrong with this probability while the storm lasts. */
export const goesWrong = ({ random, isCalm }: Stage, probability: number): boolean =>
  // Drawn in any case, so that the calm changes nothing but what goes wrong.
  random.chance(probability) && !isCalm();
