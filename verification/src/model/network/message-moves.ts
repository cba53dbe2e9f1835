import type { ResponseRouting } from "./response-routing.ts";
import { findSwitchOutcomes } from "./switch-outcomes.ts";
import type { HistoryUpdates } from "../properties/history-updates.ts";
import { memoize } from "../search/intern.ts";
import { messageName } from "./network.ts";
import type { StateSpace } from "../state-space.ts";
import { ascending, type State } from "../search/state.ts";
import type { Move } from "../search/move.ts";

/** What may happen to a message on its way, and when it reaches the switch. */
export type MessageMoves = (state: State, message: number) => readonly Move[];

export function createMessageMoves(
  space: StateSpace,
  routing: ResponseRouting,
  historyUpdates: HistoryUpdates,
): MessageMoves {
  const { configuration, messages, networks } = space;
  const outcomesFor = createOutcomes(space, routing);
  const repeatOf = memoize((id: number) => {
    const message = messages.valueOf(id);
    return message.type === "request" ? messages.idOf({ ...message, isRepeat: true }) : id;
  });

  function deliver(state: State, id: number): readonly Move[] {
    const message = messages.valueOf(id);
    const network = networks.without(state.network, id);
    const receivers = routing.receivers(state, id);
    return outcomesFor(state.world, id).flatMap(({ kind, world, response, status, event }): readonly Move[] => {
      const move: Omit<Move, "next"> = { kind, describe: () => ({ actor: "switch", event }) };
      const next = { ...state, network, world, history: historyUpdates.afterDelivery(state, message, world, status) };
      if (receivers.length === 0) return [{ ...move, next }];
      return receivers.map((receiver) => {
        const index = state.activities.indexOf(receiver);
        const activities = state.activities.with(index, routing.withResponse(receiver, response));
        return { ...move, next: { ...next, activities: activities.toSorted(ascending) } };
      });
    });
  }

  /** The message is lost, or something repeats it by itself. */
  function loseOrRepeat(state: State, id: number): readonly Move[] {
    const fault = (what: string, network: number): Move => ({
      kind: "fault",
      describe: () => ({ actor: "network", event: `${what} ${messageName(messages.valueOf(id))}` }),
      next: { ...state, network },
    });
    const lost = fault("loses", networks.without(state.network, id));
    const copies = networks.with(state.network, repeatOf(id));
    return configuration.mayRepeat && copies !== state.network ? [lost, fault("repeats by itself", copies)] : [lost];
  }

  return (state, id) => [...deliver(state, id), ...loseOrRepeat(state, id)];
}

interface InternedOutcome {
  readonly kind: "normal" | "fault";
  readonly world: number;
  readonly response: number;
  readonly status: number;
  readonly event: string;
}

/** The outcomes that a message may have at the switch. The function is pure, so each is computed once. */
function createOutcomes(
  space: StateSpace,
  { responses }: ResponseRouting,
): (world: number, message: number) => readonly InternedOutcome[] {
  const { configuration, provider, worlds, messages } = space;
  return memoize((world: number, id: number) => {
    const message = messages.valueOf(id);
    const all = findSwitchOutcomes(worlds.valueOf(world), provider, message.outgoing, configuration.faults).map(
      ({ fault, world: after, response }): InternedOutcome => ({
        kind: fault === undefined ? "normal" : "fault",
        world: worlds.idOf(after),
        response: responses.idOf(response),
        status: response.status,
        event: [
          `receives ${messageName(message)}`,
          ...(fault === undefined ? [] : [fault]),
          `answers ${[response.status, ...(/(?<="errorType":")\w+/.exec(response.body) ?? [])].join(" ")}`,
        ].join("; "),
      }),
    );
    // Outcomes that are equal make one move. The normal outcome comes first.
    const isFirst = ({ world: after, response }: InternedOutcome, index: number): boolean =>
      all.findIndex((other) => other.world === after && other.response === response) === index;
    return all.filter(isFirst);
  });
}
