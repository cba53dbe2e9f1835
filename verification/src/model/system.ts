import type { Transaction } from "@electrum-vouchers/core";
import type { Configuration } from "./configuration.ts";
import { createGhostMoves } from "./judgement/ghost-moves.ts";
import { type Broken, createJudge } from "./judgement/judge.ts";
import { hasEnded } from "./judgement/promises.ts";
import { createConnections } from "./network/connections.ts";
import { createMessageMoves } from "./network/message-moves.ts";
import { memoize } from "./search/intern.ts";
import type { State } from "./search/state.ts";
import type { Transition } from "./search/transition.ts";
import { createSpace } from "./space.ts";
import { createTillMoves } from "./till/till-moves.ts";
import { createPassing } from "./time/passing.ts";

/** The whole: tills, network, switch, provider and time. */
export interface System {
  readonly initial: State;
  moves(state: State): readonly Transition[];
  /** What the state itself breaks. */
  broken(state: State): Broken | undefined;
  /** Nothing is under way, and nothing waits but for the till or a person. */
  isAtRest(state: State): boolean;
  /** Nothing is under way, and the transaction has ended, or never begun. */
  hasEnded(state: State): boolean;
  /** It has ended as a till wants it to. */
  hasSucceeded(state: State): boolean;
}

export function createSystem(configuration: Configuration): System {
  const space = createSpace(configuration);
  const { networks, records } = space;
  const connections = createConnections(space);
  const ghostMoves = createGhostMoves(space);
  const messageMoves = createMessageMoves(space, connections, ghostMoves);
  const tillMoves = createTillMoves(space, connections, ghostMoves);
  const timePasses = createPassing(space);
  const about = memoize((record: number) => factsOf(records.valueOf(record).transaction));

  const isQuiet = (state: State): boolean =>
    state.activities.every((each) => each === 0) && networks.valueOf(state.network).length === 0;

  return {
    initial: space.initial,
    moves: (state) => [
      ...tillMoves(state),
      ...networks.valueOf(state.network).flatMap((message) => messageMoves(state, message)),
      ...timePasses(state),
    ],
    broken: createJudge(space, isQuiet),
    isAtRest: (state) => isQuiet(state) && (state.record === 0 || about(state.record).waitsForPeople),
    hasEnded: (state) => isQuiet(state) && (state.record === 0 || about(state.record).hasEnded),
    hasSucceeded: (state) => isQuiet(state) && state.record !== 0 && about(state.record).hasSucceeded,
  };
}

interface Facts {
  readonly hasEnded: boolean;
  readonly hasSucceeded: boolean;
  /** Only the till, or a person, can lead on. */
  readonly waitsForPeople: boolean;
}

function factsOf(transaction: Transaction): Facts {
  const { state, start } = transaction;
  const isOpenEnded = start.policy.decisionDeadlineMs === undefined;
  return {
    hasEnded: hasEnded(transaction),
    hasSucceeded: state === "confirmed" || state === "completed",
    waitsForPeople:
      hasEnded(transaction) ||
      ["disputed", "found", "notFound"].includes(state) ||
      (["issued", "redeemed"].includes(state) && isOpenEnded),
  };
}
