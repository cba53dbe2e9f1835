import type { NoResponseCause } from "../responses/http-response.ts";
import type { ReversalReason } from "../messages/advices.ts";
import type { ErrorResponse, UnknownResponseCause } from "../responses/request-outcome.ts";
import type { Instant } from "../time.ts";

// What is not known of a transaction. XA (the standard for distributed transactions) calls a transaction *in doubt* while a
// participant does not know its outcome. Here it is in doubt once an attempt may have taken effect without a usable response.
// The first unknown outcome gives a later reversal its reason. The latest deadline of the attempts without any response says
// until when one may still be under way.

/** An unknown outcome of an attempt, and why it is unknown. */
export interface UnknownOutcome {
  readonly attempt: number;
  readonly at: Instant;
  readonly cause: NoResponseCause | "interruption" | UnknownResponseCause;
  readonly error?: ErrorResponse;
}

/** The unknown outcome that a response leaves. */
export const toUnknownOutcome = (
  attempt: number,
  at: Instant,
  { cause, error }: { readonly cause: UnknownResponseCause; readonly error?: ErrorResponse },
): UnknownOutcome => ({ attempt, at, cause, ...(error === undefined ? {} : { error }) });

/** What is not known of a transaction's attempts so far. Once in doubt, a transaction stays so: attempt 0 may have taken effect. */
export interface InDoubt {
  /** Gives a reversal its reason. */
  readonly first: UnknownOutcome;
  readonly last: UnknownOutcome;
  readonly reason: ReversalReason;
  /** The latest deadline of all attempts that got no response: until then one may be under way. */
  readonly latestDeadlineAt?: Instant;
  /** How many responses were not Electrum's word. */
  readonly foreignResponses?: number;
}

/** Adds an attempt whose response leaves the outcome unknown. */
export function addUnknownResponse(inDoubt: InDoubt | undefined, unknown: UnknownOutcome): InDoubt {
  const foreignResponses = (inDoubt?.foreignResponses ?? 0) + (unknown.cause === "foreign" ? 1 : 0);
  return {
    first: inDoubt?.first ?? unknown,
    last: unknown,
    reason: inDoubt?.reason ?? "RESPONSE_NOT_FINAL",
    ...(inDoubt?.latestDeadlineAt === undefined ? {} : { latestDeadlineAt: inDoubt.latestDeadlineAt }),
    ...(foreignResponses === 0 ? {} : { foreignResponses }),
  };
}

/** Adds an attempt that got no response. It may be under way until its deadline. */
export const addNoResponse = (inDoubt: InDoubt | undefined, unknown: UnknownOutcome, deadlineAt: Instant): InDoubt => ({
  first: inDoubt?.first ?? unknown,
  last: unknown,
  reason: inDoubt?.reason ?? "TIMEOUT",
  latestDeadlineAt: Math.max(inDoubt?.latestDeadlineAt ?? deadlineAt, deadlineAt),
  ...(inDoubt?.foreignResponses === undefined ? {} : { foreignResponses: inDoubt.foreignResponses }),
});

/** A firewall must not cost each customer the whole wait: after a second foreign response nothing more is tried. */
const MAX_FOREIGN_RESPONSES = 2;

/** Whether another attempt may bring a response of Electrum's. */
export const isWorthRetrying = ({ foreignResponses = 0 }: InDoubt): boolean => foreignResponses < MAX_FOREIGN_RESPONSES;
