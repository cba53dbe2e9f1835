import { canHandOver, dueOf, isFinal, type Transaction } from "@electrum-vouchers/core";
import { disagreements } from "./agreement.ts";
import type { Configuration } from "./configuration.ts";
import { memoize } from "./intern.ts";
import type { Invariant } from "./invariants.ts";
import { createNetworkMoves } from "./network-moves.ts";
import { createSpace } from "./space.ts";
import type { Excuse, State } from "./state.ts";
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
  const { transactions, worlds, networks, ghosts } = space;
  const network = createNetworkMoves(space);
  const tillMoves = createTillMoves(space, network.isHopeless);

  const about = memoize((record: number) => {
    const transaction = transactions.valueOf(record);
    return {
      isFinal: isFinal(transaction),
      isWaiting: dueOf(transaction) !== undefined,
      mayBeHandedOver: mayBeHandedOver(transaction),
    };
  });
  const brokenAtRest = memoize((record: number, world: number): Omit<Broken, "invariant"> | false => {
    // What is marked for reconciliation explains itself; anything else comes first.
    const found = disagreements(transactions.valueOf(record), worlds.valueOf(world));
    const worst = found.find(({ isMarked }) => !isMarked) ?? found[0];
    if (worst === undefined) return false;
    return { what: worst.what, ...(worst.isMarked ? { limit: "noReversals" } : {}) };
  });

  const isQuiet = (state: State): boolean =>
    state.activities.every((each) => each === 0) && networks.valueOf(state.network).length === 0;

  function broken(state: State): Broken | undefined {
    const { record, world } = state;
    if (record === 0) return undefined;
    const { handedOver, excuse } = ghosts.valueOf(state.ghosts);
    if (handedOver && !about(record).mayBeHandedOver) {
      return {
        invariant: "handOver",
        what: `the voucher was handed over, and is ${transactions.valueOf(record).state}`,
      };
    }
    const difference = isQuiet(state) && brokenAtRest(record, world);
    if (difference === false) return undefined;
    return { invariant: "agreement", ...difference, ...(excuse === undefined ? {} : { limit: excuse }) };
  }

  return {
    initial: space.initial,
    moves: (state) => [...tillMoves(state), ...network.moves(state)],
    broken,
    isAtRest: (state) => isQuiet(state) && (state.record === 0 || !about(state.record).isWaiting),
    hasEnded: (state) => isQuiet(state) && (state.record === 0 || about(state.record).isFinal),
  };
}

/** Whether a customer who has the voucher has one that is or will be confirmed or completed; or a person has been asked. */
const mayBeHandedOver = (transaction: Transaction): boolean =>
  canHandOver(transaction) ||
  ((transaction.state === "disputed" || transaction.state === "resolved") && transaction.of.state === "confirming");
