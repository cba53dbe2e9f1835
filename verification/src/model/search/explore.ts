import { type Invariant, invariants } from "../judgement/invariants.ts";
import type { Broken } from "../judgement/judge.ts";
import type { Limit } from "../judgement/limits.ts";
import type { System } from "../system.ts";
import { fromRow, type State, toRow, widthOf } from "./state.ts";
import { findFailure } from "./best-case.ts";
import { createStateTable, type StateTable } from "./state-table.ts";
import { isRepeatable, type Line, type Transition } from "./transition.ts";
import { createWays } from "./ways.ts";

/** What the exploration of a system came to; plain data, to be passed between threads. */
export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** How many moves the farthest state is away. */
  readonly depth: number;
  /** The shortest way to what must never be. */
  readonly violation?: Found;
  /** The shortest way to each limit of the protocol. */
  readonly limits: readonly LimitFound[];
}

export interface LimitFound {
  readonly limit: Limit;
  readonly found: Found;
}

export interface Found {
  readonly invariant: Invariant;
  readonly what: string;
  readonly trace: readonly Line[];
}

/**
 * Visits every reachable state, breadth first, up to the first one that breaks an invariant.
 *
 * Whether everything ends once faults stop is seen on the way. From each state only what is ordinary may happen, and what the
 * till must decide. Where these moves end, nothing may be left to do; and if they never lead in a circle, every run of them
 * ends. So no fairness is assumed: it ends in whatever order things happen.
 */
export function explore(system: System): Exploration {
  const table = createStateTable(widthOf(system.initial.activities.length));
  const ways = createWays();
  const limits = new Map<Limit, Found>();
  let transitions = 0;
  let depth = 0;
  let levelEnd = 1;
  table.add(toRow(system.initial), -1);

  const done = (violation?: Found): Exploration => ({
    states: table.size(),
    transitions,
    depth,
    limits: [...limits].map(([limit, found]) => ({ limit, found })),
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
    const moves = system.moves(state);
    for (const broken of [system.broken(state), endsTooSoon(system, state, moves)]) {
      if (broken === undefined) continue;
      if (broken.limit === undefined) return done(found(index, broken));
      if (!limits.has(broken.limit)) limits.set(broken.limit, found(index, broken));
    }
    const onward: number[] = [];
    for (const move of moves) {
      transitions += 1;
      if (move.broken !== undefined) {
        return done(found(index, { invariant: move.broken, what: invariants[move.broken] }, [move.say()]));
      }
      const next = table.add(toRow(move.next), index);
      if (leadsOn(move)) onward.push(next);
    }
    ways.add(onward);
  }
  const circle = ways.findCircle();
  if (circle !== undefined) return done(found(circle, { invariant: "itEnds", what: "what happens leads in a circle" }));
  const failed = findFailure(system);
  return done(failed === undefined ? undefined : { ...failure, trace: traceTo(system, failed.table, failed.index) });
}

const failure = { invariant: "itSucceeds", what: "nothing went wrong, and yet it has not succeeded" } as const;

/** Whether nothing goes on by itself any more though something is left to do, or nobody can bring it to an end. */
function endsTooSoon(system: System, state: State, moves: readonly Transition[]): Broken | undefined {
  if (!moves.some(({ kind }) => kind === "ordinary" || kind === "time") && !system.isAtRest(state)) {
    return { invariant: "itEnds", what: "nothing happens any more, and something is left to do" };
  }
  return moves.some(leadsOn) || system.hasEnded(state)
    ? undefined
    : { invariant: "itEnds", what: "it has not ended, and nobody can end it" };
}

/** What may be wanted again and again is no way to an end. */
const leadsOn = ({ kind, intent }: Transition): boolean => kind !== "fault" && !isRepeatable(intent);

/** What happened on the way to a state, found again by taking the same moves. */
function traceTo(system: System, table: StateTable, index: number): readonly Line[] {
  const lines: Line[] = [];
  for (let at = index; table.parentOf(at) >= 0; at = table.parentOf(at)) {
    const parent: State = fromRow(table.rowAt(table.parentOf(at)));
    const move = system.moves(parent).find(({ next }) => table.find(toRow(next)) === at);
    if (move === undefined) throw new Error("a state is reached by a move of its parent");
    lines.push(move.say());
  }
  return lines.toReversed();
}
