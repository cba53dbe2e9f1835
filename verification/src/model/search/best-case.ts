import type { System } from "../system.ts";
import { type State, toRow, widthOf } from "./state.ts";
import { createStateTable } from "./state-table.ts";
import type { Transition } from "./transition.ts";

/**
 * Where nothing goes wrong, nobody waits, and the till wants what a till wants: a way on that ends in anything but a success.
 */
export function findFailure(system: System): State | undefined {
  const seen = createStateTable(widthOf(system.initial.activities.length));
  const open: State[] = [system.initial];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const moves = urgent(system.moves(state));
    if (moves.length === 0 && !system.hasSucceeded(state)) return state;
    for (const { next } of moves) {
      const known = seen.size();
      if (seen.add(toRow(next), -1) === known) open.push(next);
    }
  }
  return undefined;
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
