import type { Counterexample } from "./explore.ts";
import { invariants } from "../../oracle/invariants.ts";

/** The shortest trace to a state, one line for each move. */
export const formatTrace = ({ trace }: Counterexample): string =>
  trace.map(({ actor, event }) => `${actor.padEnd(7)} ${event}`).join("\n");

/** What was broken, and the shortest trace to it. */
export const formatCounterexample = (configuration: string, counterexample: Counterexample): string =>
  `${configuration}\nbroken: ${invariants[counterexample.invariant]}\n${counterexample.description}, after\n\n${formatTrace(counterexample)}`;
