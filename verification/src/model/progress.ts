import { fromRow, toRow } from "./state.ts";
import type { StateTable } from "./state-table.ts";
import type { System } from "./system.ts";
import type { Transition } from "./transition.ts";

/** A state from which nothing leads to an end, though nothing goes wrong any more. */
export interface Stuck {
  readonly index: number;
  readonly why: string;
}

/**
 * Whether everything ends once faults stop. From each state only what is ordinary may happen, and what the till must decide.
 * If these moves never lead in a circle, every run of them ends; and where they end, nothing may be left to do. So no fairness
 * is assumed: it ends in whatever order things happen.
 */
export function findStuck(system: System, table: StateTable): Stuck | undefined {
  const marks = new Uint8Array(table.size());
  for (let root = 0; root < table.size(); root += 1) {
    const stuck = marks[root] === UNSEEN ? walk(system, table, marks, root) : undefined;
    if (stuck !== undefined) return stuck;
  }
  return undefined;
}

const UNSEEN = 0;
const ON_THE_WAY = 1;
const DONE = 2;

interface Visit {
  readonly index: number;
  readonly successors: readonly number[];
  next: number;
}

/** Depth first, without recursion: some ways are longer than the stack. */
function walk(system: System, table: StateTable, marks: Uint8Array, root: number): Stuck | undefined {
  const way: Visit[] = [];
  const enter = (index: number): Stuck | undefined => {
    marks[index] = ON_THE_WAY;
    const state = fromRow(table.rowAt(index));
    const moves = system.moves(state).filter(leadsOn);
    if (moves.every(({ kind }) => kind !== "ordinary") && !system.isAtRest(state)) {
      return { index, why: "nothing happens any more, and something is left to do" };
    }
    if (moves.length === 0 && !system.hasEnded(state)) return { index, why: "it has not ended, and nobody can end it" };
    way.push({ index, successors: moves.map(({ next }) => table.find(toRow(next))), next: 0 });
    return undefined;
  };

  let stuck = enter(root);
  for (let visit = way.at(-1); visit !== undefined && stuck === undefined; visit = way.at(-1)) {
    const successor = visit.successors[visit.next];
    visit.next += 1;
    if (successor === undefined) {
      marks[visit.index] = DONE;
      way.pop();
    } else if (marks[successor] === ON_THE_WAY) {
      return { index: successor, why: "what happens leads in a circle" };
    } else if (marks[successor] === UNSEEN) {
      stuck = enter(successor);
    }
  }
  return stuck;
}

/** What a till or a person may want again and again is no way to an end. */
const leadsOn = ({ kind, again }: Transition): boolean => kind !== "fault" && again === undefined;
