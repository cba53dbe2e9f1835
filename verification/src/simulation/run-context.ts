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
  /** Whether faults have stopped: from now on none is injected. */
  isHealthy(): boolean;
}

/** Whether a fault occurs now that has this probability while the run is faulty. */
export const faultOccurs = ({ random, isHealthy }: RunContext, probability: number): boolean =>
  // It is drawn in any case, so that the healthy phase differs only in the faults.
  random.chance(probability) && !isHealthy();
