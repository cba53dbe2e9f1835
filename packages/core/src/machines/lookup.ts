// The first part of a redemption's machine: the lookups. They have no financial effect, so nothing is owed for them, and they
// may be repeated at will (contract D.5).
//
//   lookingUp(n) ── found ──▶ found            waitingToLookUp(n) ── its timer ──▶ lookingUp(n + 1)
//      ├─ unknown, within the bound ──▶ waitingToLookUp(n)
//      ├─ declined, or unknown at the bound ──▶ lookupFailed ── lookUp ──▶ lookingUp(n + 1), a new round
//      └─ cancel (here, and in every other of these states) ──▶ abandoned; so does the expiry of found and lookupFailed
//
// Rules
// 1. A *round* of lookups begins with the start, or when the till asks again. The policy's bound on repeats, and the bound on
//    the customer's wait, count from the beginning of the round.
// 2. `abandoned` is final: nothing was redeemed.
// 3. Nothing waits for ever: what came of a round is given up if the till makes nothing of it. Its voucher's code would stay otherwise.

import { err, ok, type Result } from "neverthrow";
import { match } from "ts-pattern";
import { type UnknownOutcome, toUnknownOutcome } from "./in-doubt.ts";
import { endsAttempt, ignoredBecause, type Transition } from "./transition.ts";
import type { Request } from "../messages/operations.ts";
import { isUnknownVoucher } from "../responses/unknown-voucher.ts";
import { backoffMs } from "../policy.ts";
import { classifyResponse, type ErrorResponse } from "../responses/request-outcome.ts";
import type { RedemptionStart } from "../start.ts";
import type { Fact, Refusal, RedemptionIntent, SendRequest } from "../step.ts";
import type { Instant } from "../time.ts";
import type {
  Abandoned,
  Found,
  LookingUp,
  LookupRound,
  LookupFailed,
  LookupFailure,
  Redemption,
  RedemptionHead,
  WaitingToLookUp,
} from "./redemption-state.ts";

/** The states before anything is redeemed. Lookups have no financial effect and owe no advice. */
export type LookupPhase = LookingUp | WaitingToLookUp | LookupFailed | Found | Abandoned;

type LookupTransition = Transition<LookupPhase>;

export function lookUp(head: RedemptionHead, attempt: number, at: Instant, round: LookupRound): LookupTransition {
  const deadlineAt = Math.min(at + head.start.policy.replyDeadlineMs, patienceEndsAt(head.start, round));
  const command: SendRequest = { type: "sendRequest", attempt, request: lookupOf(head), deadlineAt };
  return { state: { state: "lookingUp", attempt, deadlineAt, round }, command };
}

const patienceEndsAt = ({ policy }: RedemptionStart, round: LookupRound): Instant =>
  policy.customerWaitMs === undefined ? Number.POSITIVE_INFINITY : round.startedAt + policy.customerWaitMs;

const lookupOf = (head: RedemptionHead): Request => ({ operation: "lookupVoucher", message: head.start.lookup });

export function observeLookup(current: Redemption<LookupPhase>, fact: Fact): LookupTransition {
  return match(current)
    .returnType<LookupTransition>()
    .with({ state: "lookingUp" }, (state) => observeLookingUp(state, fact))
    .with({ state: "waitingToLookUp" }, (state) => observeWaitingToLookUp(state, fact))
    .with({ state: "lookupFailed" }, { state: "found" }, (state) => observeOutcome(state, fact))
    .with({ state: "abandoned" }, (state) => ({ state, ignored: ignoredBecause(fact) }))
    .exhaustive();
}

function observeLookingUp(current: Redemption<LookingUp>, fact: Fact): LookupTransition {
  if (!endsAttempt(fact)) return { state: current, ignored: "unexpected" };
  if (fact.attempt !== current.attempt) return { state: current, ignored: "late" };
  const { attempt, deadlineAt } = current;
  const { at } = fact;
  if (fact.type === "interruption") return retryOrFail(current, { attempt, at, cause: "interruption" });
  if (fact.type === "noResponse") return retryOrFail(current, { attempt, at, cause: fact.cause });
  if (at > deadlineAt) return retryOrFail(current, { attempt, at, cause: "deadline" });
  return match(classifyResponse(lookupOf(current), fact))
    .returnType<LookupTransition>()
    .with({ outcome: "approved" }, ({ response }) => untilExpiry(current, { state: "found", attempt, at, response }))
    .with({ outcome: "declined" }, ({ error }) =>
      untilExpiry(current, { state: "lookupFailed", attempt, at, reason: failureOf(error), error }),
    )
    .with({ outcome: "unknown" }, (classified) =>
      retryOrFail(current, toUnknownOutcome(attempt, at, classified), fact.retryAfterMs),
    )
    .exhaustive();
}

/** What came of a round waits for the till, but not for ever. */
function untilExpiry(
  { start }: RedemptionHead,
  outcome: Omit<Found, "expiresAt"> | Omit<LookupFailed, "expiresAt">,
): LookupTransition {
  const { attempt, at } = outcome;
  const expiresAt = at + start.policy.lookupExpiryMs;
  return { state: { ...outcome, expiresAt }, command: { type: "wakeAt", timer: "expiry", attempt, at: expiresAt } };
}

function observeOutcome(current: Redemption<Found | LookupFailed>, fact: Fact): LookupTransition {
  const hasExpired = fact.type === "timer" && fact.timer === "expiry" && fact.attempt === current.attempt;
  return hasExpired
    ? { state: { state: "abandoned", at: fact.at } }
    : { state: current, ignored: ignoredBecause(fact) };
}

/** What a decline says about the voucher, and about the lookup itself. */
function failureOf(error: ErrorResponse): LookupFailure {
  const { status, errorType } = error;
  if (status === 501 || errorType === "FUNCTION_NOT_SUPPORTED" || errorType === "TRANSACTION_NOT_SUPPORTED") {
    return "notOffered";
  }
  return isUnknownVoucher(error) ? "noSuchVoucher" : "refused";
}

/** Repeats the lookup; fails once the policy's bound for a round is reached. */
function retryOrFail(current: Redemption<LookingUp>, unknown: UnknownOutcome, retryAfterMs = 0): LookupTransition {
  const { attempt, round, start, id } = current;
  const { at } = unknown;
  const repeat = attempt - round.firstAttempt;
  const askedMs = Math.min(retryAfterMs, start.policy.lookupBackoff.maxMs);
  const lookUpAt = at + Math.max(backoffMs(start.policy.lookupBackoff, repeat, id), askedMs);
  if (repeat >= start.policy.lookupRetries || lookUpAt >= patienceEndsAt(start, round)) {
    const { error } = unknown;
    const reason = unknown.cause === "foreign" ? "foreign" : "noAnswer";
    return untilExpiry(current, {
      state: "lookupFailed",
      attempt,
      at,
      reason,
      unknown,
      ...(error === undefined ? {} : { error }),
    });
  }
  return {
    state: { state: "waitingToLookUp", attempt, lookUpAt, round },
    command: { type: "wakeAt", timer: "lookup", attempt, at: lookUpAt },
  };
}

function observeWaitingToLookUp(current: Redemption<WaitingToLookUp>, fact: Fact): LookupTransition {
  const isItsTimer = fact.type === "timer" && fact.timer === "lookup" && fact.attempt === current.attempt;
  return isItsTimer
    ? lookUp(current, current.attempt + 1, fact.at, current.round)
    : { state: current, ignored: ignoredBecause(fact) };
}

/** Decides every intent of the lookup phase except `redeem`. */
export function decideLookup(
  current: Redemption<LookupPhase>,
  intent: Exclude<RedemptionIntent, { type: "redeem" }>,
): Result<LookupTransition, Refusal> {
  const { at } = intent;
  if (intent.type === "cancel") {
    return ok({ state: current.state === "abandoned" ? current : { state: "abandoned", at } });
  }
  if (intent.type === "lookUp") {
    if (current.state === "lookupFailed") {
      const attempt = current.attempt + 1;
      return ok(lookUp(current, attempt, at, { firstAttempt: attempt, startedAt: at }));
    }
    // The same again: the lookup is under way, or done.
    if (current.state !== "abandoned") return ok({ state: current });
  }
  return err({ type: "wrongState", intent: intent.type, state: current.state });
}
