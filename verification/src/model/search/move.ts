import type { Intent } from "@electrum-vouchers/core";
import type { Invariant } from "../../oracle/invariants.ts";
import type { State } from "./state.ts";

/** One move from a state. */
export interface Move {
  readonly next: State;
  /**
   * - `normal`: what happens where nothing goes wrong
   * - `time`: it passes
   * - `decision`: the till or a person decides; nobody can say when
   * - `fault`: what must never be needed, and may always happen
   */
  readonly kind: "normal" | "time" | "decision" | "fault";
  /** What happens, for people. */
  readonly describe: () => TraceLine;
  /** What a till or a person wants. */
  readonly intent?: Intent["type"] | "start";
  /** What the move itself breaks. */
  readonly violated?: Invariant;
}

/** A line of a trace: who does what. */
export interface TraceLine {
  readonly actor: "till" | "network" | "switch" | "time";
  readonly event: string;
}

/** What a till or a person may want again and again. */
export const isRepeatable = (intent: Move["intent"]): boolean => intent === "lookUp" || intent === "resend";
