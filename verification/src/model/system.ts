import { canHandOver, isFinal, type Transaction } from "@electrum-vouchers/core";
import { disagreements } from "./agreement.ts";
import type { Configuration } from "./configuration.ts";
import { memoize } from "./intern.ts";
import type { Invariant } from "./invariants.ts";
import { createConnections } from "./connections.ts";
import { createGhostMoves, type Excuse, type Ghosts } from "./ghosts.ts";
import { createMessageMoves } from "./message-moves.ts";
import { createPassing } from "./passing.ts";
import { createSpace, type Space } from "./space.ts";
import type { State } from "./state.ts";
import { createTillMoves } from "./till-moves.ts";
import type { Transition } from "./transition.ts";

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
}

export interface Broken {
  readonly invariant: Invariant;
  readonly what: string;
  /** The limit of the protocol that explains it, if one does. */
  readonly limit?: Limit;
}

/** A limit that no client can remove. `noReversals`: the provider takes none, and the till has marked the transaction. */
export type Limit = Excuse | "noReversals";

export function createSystem(configuration: Configuration): System {
  const space = createSpace(configuration);
  const { networks } = space;
  const connections = createConnections(space);
  const ghostMoves = createGhostMoves(space);
  const messageMoves = createMessageMoves(space, connections, ghostMoves);
  const tillMoves = createTillMoves(space, connections, ghostMoves);
  const timePasses = createPassing(space);
  const about = memoize((record: number) => factsOf(space.transactions.valueOf(record)));

  const isQuiet = (state: State): boolean =>
    state.activities.every((each) => each === 0) && networks.valueOf(state.network).length === 0;

  return {
    initial: space.initial,
    moves: (state) => [
      ...tillMoves(state),
      ...networks.valueOf(state.network).flatMap((message) => messageMoves.deliver(state, message)),
      ...networks.valueOf(state.network).flatMap((message) => messageMoves.fail(state, message)),
      ...timePasses(state),
    ],
    broken: createJudge(space, isQuiet),
    isAtRest: (state) => isQuiet(state) && (state.record === 0 || about(state.record).waitsForPeople),
    hasEnded: (state) => isQuiet(state) && (state.record === 0 || about(state.record).isFinal),
  };
}

interface Facts {
  readonly isFinal: boolean;
  /** Only the till, or a person, can lead on. */
  readonly waitsForPeople: boolean;
}

function factsOf(transaction: Transaction): Facts {
  const { state, start } = transaction;
  const isOpenEnded = start.policy.decisionDeadlineMs === undefined;
  return {
    isFinal: isFinal(transaction),
    waitsForPeople:
      isFinal(transaction) ||
      ["disputed", "found", "notFound"].includes(state) ||
      (["issued", "redeemed"].includes(state) && isOpenEnded),
  };
}

/** What a state breaks, by what till and switch hold in it. */
function createJudge(space: Space, isQuiet: (state: State) => boolean): System["broken"] {
  const { transactions, worlds, ghosts } = space;
  const brokenPromise = memoize(
    (record: number, remembered: number) =>
      promiseBroken(transactions.valueOf(record), ghosts.valueOf(remembered)) ?? false,
  );
  const difference = memoize((record: number, world: number) => {
    // What is marked for reconciliation explains itself; anything else comes first.
    const found = disagreements(transactions.valueOf(record), worlds.valueOf(world));
    return found.find(({ isMarked }) => !isMarked) ?? found[0] ?? false;
  });
  return (state) => {
    const { record, world } = state;
    if (record === 0) return undefined;
    const promise = brokenPromise(record, state.ghosts);
    if (promise !== false) return promise;
    const found = isQuiet(state) && difference(record, world);
    if (found === false) return undefined;
    const limit = ghosts.valueOf(state.ghosts).excuse ?? (found.isMarked ? "noReversals" : undefined);
    return { invariant: "agreement", what: found.what, ...(limit === undefined ? {} : { limit }) };
  };
}

/** What the till has promised, to a customer or to itself, and broken. */
function promiseBroken(transaction: Transaction, { handedOver, decided }: Ghosts): Broken | undefined {
  const { state } = transaction;
  const isOfConfirming = (state === "disputed" || state === "resolved") && transaction.of.state === "confirming";
  if (handedOver && !canHandOver(transaction) && !isOfConfirming) {
    return { invariant: "handOver", what: `the voucher was handed over, and the transaction is ${state}` };
  }
  return decided !== undefined && against[decided].includes(state)
    ? { invariant: "decisionStands", what: `the till has decided to ${decided}, and the transaction is ${state}` }
    : undefined;
}

const against: Readonly<Record<"confirm" | "cancel", readonly Transaction["state"][]>> = {
  confirm: ["reversing", "reversed", "declined", "abandoned"],
  cancel: ["issued", "redeemed", "confirming", "confirmed", "completed"],
};
