import type { ErrorResponse } from "../responses/request-outcome.ts";
import type { Instant } from "../time.ts";
import type { Approval, Undecided } from "./finalization-state.ts";

// The states that a redemption and a refund share, from their request to the decision: see `sent-once.ts`.

/** The request is under way. */
export interface UnderWay {
  readonly deadlineAt: Instant;
  /** When the till cancelled. Whatever the response, the transaction is undone. */
  readonly cancelledAt?: Instant;
}

/** Dual messaging: approved. The till must confirm or cancel. */
export interface AwaitingDecision<Name extends string> extends Undecided {
  readonly state: Name;
  readonly approval: Approval;
}

/** Final, single messaging: the approval completes the transaction. */
export interface SentOnceCompleted {
  readonly state: "completed";
  readonly approval: Approval;
}

/** Final: a hard decline. Nothing is owed. Another attempt is a new transaction with a new id. */
export interface SentOnceDeclined {
  readonly state: "declined";
  readonly at: Instant;
  readonly error: ErrorResponse;
  readonly cancelledAt?: Instant;
}
