import type { Intent } from "@electrum-vouchers/core";
import type { Invariant } from "../judgement/invariants.ts";
import type { State } from "./state.ts";

/** One move from a state. */
export interface Transition {
  readonly next: State;
  /**
   * - `ordinary`: what happens where nothing goes wrong
   * - `time`: it passes
   * - `decision`: the till or a person decides; nobody can say when
   * - `fault`: what must never be needed, and may always happen
   */
  readonly kind: "ordinary" | "time" | "decision" | "fault";
  /** What happens, for people. */
  readonly say: () => Line;
  /** What a till or a person wants. */
  readonly intent?: Intent["type"] | "start";
  /** What the move itself breaks. */
  readonly broken?: Invariant;
}

/** A line of a trace: who does what. */
export interface Line {
  readonly who: "till" | "network" | "switch" | "time";
  readonly what: string;
}

/** What a till or a person may want again and again. */
export const isRepeatable = (intent: Transition["intent"]): boolean => intent === "lookUp" || intent === "resend";
