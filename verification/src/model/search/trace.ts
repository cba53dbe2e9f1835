import type { Found } from "./explore.ts";
import { invariants } from "../judgement/invariants.ts";

/** The shortest way to a state, one line for each thing that happens. */
export const traceOf = ({ trace }: Found): string =>
  trace.map(({ who, what }) => `${who.padEnd(7)} ${what}`).join("\n");

/** What was broken, and the shortest way to it. */
export const inWords = (configuration: string, found: Found): string =>
  `${configuration}\nbroken: ${invariants[found.invariant]}\n${found.what}, after\n\n${traceOf(found)}`;
