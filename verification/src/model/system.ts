import type { Transaction } from "@electrum-vouchers/core";
import type { Configuration } from "./configuration.ts";
import { createHistoryUpdates } from "./properties/history-updates.ts";
import { type Violation, createStateCheck } from "./properties/check-state.ts";
import { hasEnded, isHeld, isOverdue } from "../oracle/promises.ts";
import { createResponseRouting } from "./network/response-routing.ts";
import { createMessageMoves } from "./network/message-moves.ts";
import { memoize } from "./search/intern.ts";
import type { State } from "./search/state.ts";
import type { Move } from "./search/move.ts";
import { createStateSpace } from "./state-space.ts";
import { createTillMoves } from "./till/till-moves.ts";
import { createTimeMoves } from "./time/time-moves.ts";

/** The whole system: tills, network, switch, provider and time. */
export interface System {
  readonly initial: State;
  moves(state: State): readonly Move[];
  /** The invariant that the state itself breaks, if any. */
  checkState(state: State): Violation | undefined;
  /** Nothing is under way, and what waits, waits for the caller or the operator. */
  isIdle(state: State): boolean;
  /** Nothing is under way, and the transaction has ended, or never begun. */
  hasEnded(state: State): boolean;
  /** It has ended as the caller wants. */
  hasSucceeded(state: State): boolean;
}

export function createSystem(configuration: Configuration): System {
  const space = createStateSpace(configuration);
  const { networks, records } = space;
  const connections = createResponseRouting(space);
  const historyUpdates = createHistoryUpdates(space);
  const messageMoves = createMessageMoves(space, connections, historyUpdates);
  const tillMoves = createTillMoves(space, connections, historyUpdates);
  const timeMoves = createTimeMoves(space);
  const summaryOf = memoize((record: number) => summarize(records.valueOf(record).transaction));

  const isQuiescent = (state: State): boolean =>
    state.activities.every((each) => each === 0) && networks.valueOf(state.network).length === 0;

  return {
    initial: space.initial,
    moves: (state) => [
      ...tillMoves(state),
      ...networks.valueOf(state.network).flatMap((message) => messageMoves(state, message)),
      ...timeMoves(state),
    ],
    checkState: createStateCheck(space, isQuiescent),
    isIdle: (state) => isQuiescent(state) && (state.record === 0 || summaryOf(state.record).waitsForDecision),
    hasEnded: (state) => isQuiescent(state) && (state.record === 0 || summaryOf(state.record).hasEnded),
    hasSucceeded: (state) => isQuiescent(state) && state.record !== 0 && summaryOf(state.record).hasSucceeded,
  };
}

interface TransactionSummary {
  readonly hasEnded: boolean;
  readonly hasSucceeded: boolean;
  /** Only the caller or the operator can take it further. */
  readonly waitsForDecision: boolean;
}

function summarize(transaction: Transaction): TransactionSummary {
  const { state, start } = transaction;
  const isOpenEnded = start.policy.decisionDeadlineMs === undefined;
  return {
    hasEnded: hasEnded(transaction),
    hasSucceeded: state === "confirmed" || state === "completed",
    waitsForDecision:
      hasEnded(transaction) ||
      state === "disputed" ||
      isHeld(transaction) ||
      (["issued", "redeemed", "refunded"].includes(state) && (isOpenEnded || isOverdue(transaction))),
  };
}
