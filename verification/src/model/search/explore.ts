import { type Invariant, invariants } from "../../oracle/invariants.ts";
import type { Violation } from "../properties/check-state.ts";
import type { ProtocolLimit } from "../properties/limits.ts";
import type { System } from "../system.ts";
import { fromRow, type State, toRow, widthOf } from "./state.ts";
import { findUnsuccessfulRun } from "./best-case.ts";
import { createStateTable, type StateTable } from "./state-table.ts";
import { isRepeatable, type TraceLine, type Move } from "./move.ts";
import { createProgressGraph } from "./progress-graph.ts";

/** The result of an exploration. It is plain data, so that threads can pass it on. */
export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** How many moves the most distant state is away. */
  readonly depth: number;
  /** The shortest trace to a violation. */
  readonly violation?: Counterexample;
  /** The shortest trace to each limit of the protocol. */
  readonly limits: readonly ReachedLimit[];
}

export interface ReachedLimit {
  readonly limit: ProtocolLimit;
  readonly counterexample: Counterexample;
}

export interface Counterexample {
  readonly invariant: Invariant;
  readonly description: string;
  readonly trace: readonly TraceLine[];
}

/**
 * Visits every reachable state, breadth first, until one breaks an invariant.
 *
 * It also shows that everything ends once faults stop. For that, only normal moves and the till's decisions count. If no such
 * move is left, nothing may be left to do. If such moves never form a circle, every sequence of them ends. So no fairness is
 * assumed: everything ends in whatever order things happen.
 */
export function explore(system: System): Exploration {
  const table = createStateTable(widthOf(system.initial.activities.length));
  const progress = createProgressGraph();
  const limits = new Map<ProtocolLimit, Counterexample>();
  let transitions = 0;
  let depth = 0;
  let levelEnd = 1;
  table.add(toRow(system.initial), -1);

  const finish = (violation?: Counterexample): Exploration => ({
    states: table.size(),
    transitions,
    depth,
    limits: [...limits].map(([limit, counterexample]) => ({ limit, counterexample })),
    ...(violation === undefined ? {} : { violation }),
  });
  const toCounterexample = (
    index: number,
    { invariant, description }: Violation,
    last: readonly TraceLine[] = [],
  ): Counterexample => ({
    invariant,
    description,
    trace: [...traceTo(system, table, index), ...last],
  });

  for (let index = 0; index < table.size(); index += 1) {
    if (index === levelEnd) {
      depth += 1;
      levelEnd = table.size();
    }
    const state = fromRow(table.rowAt(index));
    const moves = system.moves(state);
    for (const broken of [system.checkState(state), checkTermination(system, state, moves)]) {
      if (broken === undefined) continue;
      if (broken.limit === undefined) return finish(toCounterexample(index, broken));
      if (!limits.has(broken.limit)) limits.set(broken.limit, toCounterexample(index, broken));
    }
    const onward: number[] = [];
    for (const move of moves) {
      transitions += 1;
      const { violated } = move;
      if (violated !== undefined) {
        const violation = { invariant: violated, description: invariants[violated] };
        return finish(toCounterexample(index, violation, [move.describe()]));
      }
      const next = table.add(toRow(move.next), index);
      if (isProgress(move)) onward.push(next);
    }
    progress.add(onward);
  }
  const cycle = progress.findCycle();
  if (cycle !== undefined)
    return finish(toCounterexample(cycle, { invariant: "terminates", description: "what happens leads in a circle" }));
  const unsuccessful = findUnsuccessfulRun(system);
  return finish(
    unsuccessful === undefined
      ? undefined
      : { ...unsuccessfulViolation, trace: traceTo(system, unsuccessful.table, unsuccessful.index) },
  );
}

const unsuccessfulViolation = {
  invariant: "succeeds",
  description: "nothing went wrong, and yet it has not succeeded",
} as const;

/** Whether nothing goes on by itself although something is left to do, or no decision leads to an end. */
function checkTermination(system: System, state: State, moves: readonly Move[]): Violation | undefined {
  if (!moves.some(({ kind }) => kind === "normal" || kind === "time") && !system.isIdle(state)) {
    return { invariant: "terminates", description: "nothing happens any more, and something is left to do" };
  }
  return moves.some(isProgress) || system.hasEnded(state)
    ? undefined
    : { invariant: "terminates", description: "it has not ended, and no decision can end it" };
}

/** An intent that can be repeated without end does not lead to an end. */
const isProgress = ({ kind, intent }: Move): boolean => kind !== "fault" && !isRepeatable(intent);

/** What happened on the way to a state. It is found by making the same moves again. */
function traceTo(system: System, table: StateTable, index: number): readonly TraceLine[] {
  const lines: TraceLine[] = [];
  for (let at = index; table.parentOf(at) >= 0; at = table.parentOf(at)) {
    const parent: State = fromRow(table.rowAt(table.parentOf(at)));
    const move = system.moves(parent).find(({ next }) => table.find(toRow(next)) === at);
    if (move === undefined) throw new Error("a state is reached by a move of its parent");
    lines.push(move.describe());
  }
  return lines.toReversed();
}
