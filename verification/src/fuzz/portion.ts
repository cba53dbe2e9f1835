import { hasFields } from "../workers.ts";

/** The cases that one thread runs. */
export interface CasePortion {
  /** Whether they are of messages, or of what comes in by another door. */
  readonly kind: "messages" | "doors";
  readonly seed: number;
  readonly from: number;
  readonly cases: number;
  /** The case that is under way, for the thread that watches. Shared memory. */
  readonly current: Int32Array;
}

/** Whether this is what a thread is given. */
export const isCasePortion = (value: unknown): value is CasePortion =>
  hasFields(value, "kind", "seed", "from", "cases", "current");
