import type { System } from "../system.ts";
import { fromRow, toRow, widthOf } from "./state.ts";
import { createStateTable, type StateTable } from "./state-table.ts";
import type { Transition } from "./transition.ts";

/**
 * Where nothing goes wrong, nobody waits, and the till wants what a till wants: a way on that ends in anything but a success.
 */
export function findFailure(system: System): Failure | undefined {
  const table = createStateTable(widthOf(system.initial.activities.length));
  table.add(toRow(system.initial), -1);
  for (let index = 0; index < table.size(); index += 1) {
    const state = fromRow(table.rowAt(index));
    const moves = urgent(system.moves(state));
    if (moves.length === 0 && !system.hasSucceeded(state)) return { table, index };
    for (const { next } of moves) table.add(toRow(next), index);
  }
  return undefined;
}

/** A state in a table of its own, in which no fault leads to any. */
export interface Failure {
  readonly table: StateTable;
  readonly index: number;
}

/** What happens next where nobody waits: first what the till wants, then what goes on by itself, and only then time. */
function urgent(moves: readonly Transition[]): readonly Transition[] {
  const wanted = moves.filter(
    ({ kind, intent }) => kind === "decision" && intent !== undefined && wants.includes(intent),
  );
  if (wanted.length > 0) return wanted;
  const ordinary = moves.filter(({ kind }) => kind === "ordinary");
  return ordinary.length > 0 ? ordinary : moves.filter(({ kind }) => kind === "time");
}

const wants: readonly NonNullable<Transition["intent"]>[] = ["start", "redeem", "confirm"];
