import type { Transaction } from "@electrum-vouchers/core";
import type { Act } from "./acts.ts";
import type { Given } from "./given.ts";

/** A flow of the demo, played in simulated time, so that it can be broken off at every call of a port. */
export interface Flow extends Given {
  /** As the demo calls it. */
  readonly name: string;
  /** What the till, or the world around it, does, one after the other. */
  readonly acts: readonly Act[];
  /** How its transactions end where nothing is broken off. */
  readonly ends: readonly Transaction["state"][];
}
