import type { SimulatedClock } from "@electrum-vouchers/testkit";
import type { Random } from "../random.ts";
import type { FaultCounter } from "./faults.ts";
import type { Scenario } from "./scenario.ts";
import type { Trace } from "./trace.ts";

/** What all parts of a run share. */
export interface RunContext {
  readonly clock: SimulatedClock;
  readonly random: Random;
  readonly scenario: Scenario;
  readonly trace: Trace;
  readonly faultCounter: FaultCounter;
  /** Whether faults have stopped: from now on nothing goes wrong any more. */
  isHealthy(): boolean;
}

/** Whether something goes wrong now that goes wrong with this probability while the run is faulty. */
export const faultOccurs = ({ random, isHealthy }: RunContext, probability: number): boolean =>
  // Drawn in any case, so that the healthy phase changes nothing but what goes wrong.
  random.chance(probability) && !isHealthy();
