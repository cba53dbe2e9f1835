import type { SilenceCause } from "./answer.ts";
import type { ReversalReason } from "./messages/advices.ts";
import type { ErrorAnswer, UnknownAnswer } from "./reply.ts";
import type { Instant } from "./time.ts";

/** An outcome that is unknown, and why. */
export interface Unknown {
  readonly attempt: number;
  readonly at: Instant;
  readonly cause: SilenceCause | "interruption" | UnknownAnswer;
  readonly error?: ErrorAnswer;
}

/** An answer that left the outcome open, as an unknown. */
export const unknownAnswer = (
  attempt: number,
  at: Instant,
  { cause, error }: { readonly cause: UnknownAnswer; readonly error?: ErrorAnswer },
): Unknown => ({ attempt, at, cause, ...(error === undefined ? {} : { error }) });

/** What is not known of a transaction's attempts so far. Once in doubt, it stays: attempt 0 may have taken effect. */
export interface Doubt {
  /** The first unknown gives a reversal its reason. */
  readonly first: Unknown;
  readonly last: Unknown;
  readonly reason: ReversalReason;
  /** The latest deadline of all attempts that were never answered: until then one may be under way. */
  readonly unansweredUntil?: Instant;
}

/** An attempt was answered, in a way that leaves its outcome open. */
export const answeredInDoubt = (doubt: Doubt | undefined, unknown: Unknown): Doubt => ({
  first: doubt?.first ?? unknown,
  last: unknown,
  reason: doubt?.reason ?? "RESPONSE_NOT_FINAL",
  ...(doubt?.unansweredUntil === undefined ? {} : { unansweredUntil: doubt.unansweredUntil }),
});

/** An attempt was never answered; it may be under way until its deadline. */
export const unanswered = (doubt: Doubt | undefined, unknown: Unknown, deadlineAt: Instant): Doubt => ({
  first: doubt?.first ?? unknown,
  last: unknown,
  reason: doubt?.reason ?? "TIMEOUT",
  unansweredUntil: Math.max(doubt?.unansweredUntil ?? deadlineAt, deadlineAt),
});
