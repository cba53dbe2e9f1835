import type { Counterexample } from "./explore.ts";
import { invariants } from "../../oracle/invariants.ts";

/** The shortest way to a state, one line for each thing that happens. */
export const formatTrace = ({ trace }: Counterexample): string =>
  trace.map(({ actor, event }) => `${actor.padEnd(7)} ${event}`).join("\n");

/** What was broken, and the shortest way to it. */
export const formatCounterexample = (configuration: string, counterexample: Counterexample): string =>
  `${configuration}\nbroken: ${invariants[counterexample.invariant]}\n${counterexample.description}, after\n\n${formatTrace(counterexample)}`;
