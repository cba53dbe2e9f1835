import { type State, fromRow, toRow, widthOf } from "./state.ts";
import { createStateTable, type StateTable } from "./state-table.ts";
import type { Broken, Limit, System } from "./system.ts";
import { invariants, type Invariant } from "./invariants.ts";
import type { Line } from "./transition.ts";

export interface Exploration {
  readonly table: StateTable;
  readonly transitions: number;
  readonly depth: number;
  /** The shortest way to what must never be. */
  readonly violation?: Found;
  /** The shortest way to each limit of the protocol. */
  readonly limits: ReadonlyMap<Limit, Found>;
}

export interface Found {
  readonly invariant: Invariant;
  readonly what: string;
  readonly trace: readonly Line[];
}

/** Visits every reachable state, breadth first. */
export function explore(system: System): Exploration {
  const table = createStateTable(widthOf(system.initial.activities.length));
  table.add(toRow(system.initial), -1);
  const limits = new Map<Limit, Found>();
  let transitions = 0;
  let depth = 0;
  let levelEnd = 1;

  const done = (violation?: Found): Exploration => ({
    table,
    transitions,
    depth,
    limits,
    ...(violation === undefined ? {} : { violation }),
  });
  const found = (index: number, { invariant, what }: Broken, last: readonly Line[] = []): Found => ({
    invariant,
    what,
    trace: [...traceTo(system, table, index), ...last],
  });

  for (let index = 0; index < table.size(); index += 1) {
    if (index === levelEnd) {
      depth += 1;
      levelEnd = table.size();
    }
    const state = fromRow(table.rowAt(index));
    const broken = system.broken(state);
    if (broken !== undefined) {
      if (broken.limit === undefined) return done(found(index, broken));
      if (!limits.has(broken.limit)) limits.set(broken.limit, found(index, broken));
    }
    for (const { next, broken: invariant, say } of system.moves(state)) {
      transitions += 1;
      if (invariant !== undefined) return done(found(index, { invariant, what: invariants[invariant] }, [say()]));
      table.add(toRow(next), index);
    }
  }
  return done();
}

/** What happened on the way to a state, found again by taking the same moves. */
export function traceTo(system: System, table: StateTable, index: number): readonly Line[] {
  const lines: Line[] = [];
  for (let at = index; table.parentOf(at) >= 0; at = table.parentOf(at)) {
    const parent: State = fromRow(table.rowAt(table.parentOf(at)));
    const move = system.moves(parent).find(({ next }) => table.find(toRow(next)) === at);
    if (move === undefined) throw new Error("a state is reached by a move of its parent");
    lines.push(move.say());
  }
  return lines.toReversed();
}
