import type { Configuration } from "./configuration.ts";
import { explore, type Found, traceTo } from "./explore.ts";
import { findStuck } from "./progress.ts";
import { createSystem, type Limit } from "./system.ts";

/** What the exploration of one configuration came to; plain data, to be passed between threads. */
export interface Checked {
  readonly states: number;
  readonly transitions: number;
  /** How many moves the farthest state is away. */
  readonly depth: number;
  readonly violation?: Found;
  readonly limits: readonly { readonly limit: Limit; readonly found: Found }[];
}

/** Explores a configuration to its end, or to the first state that breaks an invariant. */
export function check(configuration: Configuration): Checked {
  const system = createSystem(configuration);
  const { table, transitions, depth, violation, limits } = explore(system);
  const stuck = violation === undefined ? findStuck(system, table) : undefined;
  const broken: Found | undefined =
    stuck === undefined
      ? violation
      : { invariant: "itEnds", what: stuck.why, trace: traceTo(system, table, stuck.index) };
  return {
    states: table.size(),
    transitions,
    depth,
    ...(broken === undefined ? {} : { violation: broken }),
    limits: [...limits].map(([limit, found]) => ({ limit, found })),
  };
}
