import type { Intent } from "@electrum-vouchers/core";
import type { Invariant } from "../../oracle/invariants.ts";
import type { State } from "./state.ts";

/** One move from a state. */
export interface Move {
  readonly next: State;
  /**
   * - `normal`: happens if nothing goes wrong
   * - `time`: time passes
   * - `decision`: the caller or the operator decides, at any time
   * - `fault`: may always happen, and nothing may depend on it
   */
  readonly kind: "normal" | "time" | "decision" | "fault";
  /** What happens, for the trace. */
  readonly describe: () => TraceLine;
  /** The intent of the caller or of the operator. */
  readonly intent?: Intent["type"] | "start";
  /** The invariant that the move itself breaks, if any. */
  readonly violated?: Invariant;
}

/** A line of a trace: an actor and what it does. */
export interface TraceLine {
  readonly actor: "till" | "network" | "switch" | "time";
  readonly event: string;
}

/** Whether the caller or the operator may want this again and again. */
export const isRepeatable = (intent: Move["intent"]): boolean =>
  intent === "lookUp" || intent === "resend" || intent === "hold" || intent === "handOver";
