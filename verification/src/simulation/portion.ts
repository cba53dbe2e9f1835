import { hasFields } from "../workers.ts";
import type { SeedRange } from "./search.ts";

/** The seeds that one thread runs. */
export interface SeedPortion {
  readonly seeds: SeedRange;
  /** The seed that is under way, for the thread that waits. Shared memory. */
  readonly current: Int32Array;
}

/** Whether this is what a thread is given. */
export const isSeedPortion = (value: unknown): value is SeedPortion => hasFields(value, "seeds", "current");
