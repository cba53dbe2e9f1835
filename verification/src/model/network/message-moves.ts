import type { Connections } from "./connections.ts";
import { handlingsOf } from "./electrum.ts";
import type { GhostMoves } from "../judgement/ghost-moves.ts";
import { memoize } from "../search/intern.ts";
import { nameOfMessage } from "./network.ts";
import type { Space } from "../space.ts";
import { ascending, type State } from "../search/state.ts";
import type { Transition } from "../search/transition.ts";

/** What may become of a message on its way, and of one that reaches the switch. */
export type MessageMoves = (state: State, message: number) => readonly Transition[];

export function createMessageMoves(space: Space, connections: Connections, ghosts: GhostMoves): MessageMoves {
  const { configuration, messages, networks } = space;
  const handled = createHandling(space, connections);
  const repeatOf = memoize((id: number) => {
    const message = messages.valueOf(id);
    return message.type === "request" ? messages.idOf({ ...message, isRepeat: true }) : id;
  });

  function deliver(state: State, id: number): readonly Transition[] {
    const message = messages.valueOf(id);
    const network = networks.without(state.network, id);
    const receivers = connections.receivers(state, id);
    return handled(state.world, id).flatMap(({ kind, world, answer, status, what }): readonly Transition[] => {
      const move: Omit<Transition, "next"> = { kind, say: () => ({ who: "switch", what }) };
      const next = { ...state, network, world, ghosts: ghosts.afterDelivery(state, message, world, status) };
      if (receivers.length === 0) return [{ ...move, next }];
      return receivers.map((receiver) => {
        const place = state.activities.indexOf(receiver);
        const activities = state.activities.with(place, connections.withAnswer(receiver, answer));
        return { ...move, next: { ...next, activities: activities.toSorted(ascending) } };
      });
    });
  }

  /** It is lost, or something repeats it by itself. */
  function fail(state: State, id: number): readonly Transition[] {
    const fault = (what: string, network: number): Transition => ({
      kind: "fault",
      say: () => ({ who: "network", what: `${what} ${nameOfMessage(messages.valueOf(id))}` }),
      next: { ...state, network },
    });
    const lost = fault("loses", networks.without(state.network, id));
    const copies = networks.with(state.network, repeatOf(id));
    return configuration.repeats && copies !== state.network ? [lost, fault("repeats by itself", copies)] : [lost];
  }

  return (state, id) => [...deliver(state, id), ...fail(state, id)];
}

interface Handled {
  readonly kind: "ordinary" | "fault";
  readonly world: number;
  readonly answer: number;
  readonly status: number;
  readonly what: string;
}

/** What the switch may make of a message. It is pure, so it is asked once. */
function createHandling(
  space: Space,
  { answers }: Connections,
): (world: number, message: number) => readonly Handled[] {
  const { configuration, provider, worlds, messages } = space;
  return memoize((world: number, id: number) => {
    const message = messages.valueOf(id);
    const all = handlingsOf(worlds.valueOf(world), provider, message.outgoing, configuration.troubles).map(
      ({ fault, world: after, answer }): Handled => ({
        kind: fault === undefined ? "ordinary" : "fault",
        world: worlds.idOf(after),
        answer: answers.idOf(answer),
        status: answer.status,
        what: [
          `receives ${nameOfMessage(message)}`,
          ...(fault === undefined ? [] : [fault]),
          `answers ${[answer.status, ...(/(?<="errorType":")\w+/.exec(answer.body) ?? [])].join(" ")}`,
        ].join("; "),
      }),
    );
    // What comes to the same is one move; the ordinary comes first.
    const isFirst = ({ world: after, answer }: Handled, index: number): boolean =>
      all.findIndex((other) => other.world === after && other.answer === answer) === index;
    return all.filter(isFirst);
  });
}
