import type { System } from "../system.ts";
import { fromRow, toRow, widthOf } from "./state.ts";
import { createStateTable, type StateTable } from "./state-table.ts";
import type { Move } from "./move.ts";

/**
 * Looks for a sequence without faults or needless waits, in which the caller wants a success, and that ends in something else.
 */
export function findUnsuccessfulRun(system: System): UnsuccessfulRun | undefined {
  const table = createStateTable(widthOf(system.initial.activities.length));
  table.add(toRow(system.initial), -1);
  for (let index = 0; index < table.size(); index += 1) {
    const state = fromRow(table.rowAt(index));
    const moves = selectUrgent(system.moves(state));
    if (moves.length === 0 && !system.hasSucceeded(state)) return { table, index };
    for (const { next } of moves) table.add(toRow(next), index);
  }
  return undefined;
}

/** A state in a table of its own, to which no fault leads. */
export interface UnsuccessfulRun {
  readonly table: StateTable;
  readonly index: number;
}

/** What happens next if nothing waits without need: first the till's decisions, then normal moves, and only then time. */
function selectUrgent(moves: readonly Move[]): readonly Move[] {
  const wanted = moves.filter(
    ({ kind, intent }) => kind === "decision" && intent !== undefined && desiredIntents.includes(intent),
  );
  if (wanted.length > 0) return wanted;
  const normal = moves.filter(({ kind }) => kind === "normal");
  return normal.length > 0 ? normal : moves.filter(({ kind }) => kind === "time");
}

const desiredIntents: readonly NonNullable<Move["intent"]>[] = ["start", "redeem", "confirm"];
