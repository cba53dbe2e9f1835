import type { Transaction } from "@electrum-vouchers/core";
import type { FlowAction } from "./actions.ts";
import type { FlowConditions } from "./flow-conditions.ts";

/** A flow of the demo, played in simulated time, so that it can be broken off at every call of a port. */
export interface Flow extends FlowConditions {
  /** As the demo calls it. */
  readonly name: string;
  /** What the till, or the world around it, does, one after the other. */
  readonly actions: readonly FlowAction[];
  /** How its transactions end where nothing is broken off. */
  readonly finalStates: readonly Transaction["state"][];
}
