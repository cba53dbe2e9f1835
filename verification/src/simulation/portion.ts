import { hasFields } from "../workers.ts";
import type { SeedRange } from "./search.ts";

/** A share of the seeds, for one thread. */
export interface SeedPortion {
  readonly seeds: SeedRange;
  /** The seed that is under way, for whoever waits. Shared memory. */
  readonly current: Int32Array;
}

/** Whether this is what a thread was given. */
export const isSeedPortion = (value: unknown): value is SeedPortion => hasFields(value, "seeds", "current");
