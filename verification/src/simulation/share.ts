import { hasFields } from "../threads.ts";
import type { Seeds } from "./search.ts";

/** A share of the seeds, for one thread. */
export interface Share {
  readonly seeds: Seeds;
  /** The seed that is under way, for whoever waits. Shared memory. */
  readonly current: Int32Array;
}

/** Whether this is what a thread was given. */
export const isShare = (value: unknown): value is Share => hasFields(value, "seeds", "current");
