import { hasFields } from "../workers.ts";

/** A share of the cases, for one thread. */
export interface CasePortion {
  readonly seed: number;
  readonly from: number;
  readonly cases: number;
  /** The case that is under way, for whoever watches. Shared memory. */
  readonly current: Int32Array;
}

/** Whether this is what a thread was given. */
export const isCasePortion = (value: unknown): value is CasePortion =>
  hasFields(value, "seed", "from", "cases", "current");
