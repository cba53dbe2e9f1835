// The part that a redemption and a refund share: a request that is sent once, from there to the decision.
//
//   under way ── approved ──▶ redeemed, refunded ── confirm ──▶ confirming        (single messaging: ─▶ completed)
//      │  │                           └─ cancel, deadline ──▶ reversing
//      │  └─ declined ─▶ declined
//      └─ unknown ─▶ reversing
//
// Rules
// 1. Electrum knows no retry for it. An unknown outcome goes straight to its reversal; another attempt is a new transaction with a new id.
// 2. A hard decline owes nothing.
// 3. A till that cancels while the request is under way does not stop it. The cancellation is remembered, and decides once the outcome is
//    known.
//
// What it does not know: which kind of transaction it is. `SentOnceTerms` tells it what differs. `switch` and `match` as in `provision.ts`.

import type { Result } from "neverthrow";
import { match } from "ts-pattern";
import type { Confirmation, OutgoingMessage } from "../messages/operations.ts";
import type { Uuid } from "../messages/uuid.ts";
import { classifyResponse } from "../responses/request-outcome.ts";
import type { ConfirmRedemption, Fact, RedemptionIntent, Refusal, ResponseReceived } from "../step.ts";
import type { Instant } from "../time.ts";
import { authorisedAmountOf, checkApprovedAmount, checkFinalAmount } from "./amounts-check.ts";
import { alertsWhenOverdue, awaitDecision, endsDecision, startPayment, toOverdue } from "./decision.ts";
import type { Approval, Confirming, Reversing } from "./finalization-state.ts";
import {
  type AdviceContent,
  buildAdvice,
  decisionToReverse,
  type FinalizationTerms,
  type ReversalCause,
  startConfirming,
  startReversing,
} from "./finalization.ts";
import { addNoResponse, addUnknownResponse, toUnknownOutcome } from "./in-doubt.ts";
import { recordSecondVoucher } from "./late-responses.ts";
import type { AwaitingDecision, SentOnceCompleted, SentOnceDeclined, UnderWay } from "./sent-once-state.ts";
import { endsAttempt, type Transition } from "./transition.ts";

/** What this part needs to know of the transaction. */
export interface SentOnceTerms<Approved extends string> extends FinalizationTerms {
  readonly request: OutgoingMessage<"redeemVoucher" | "refundVoucher">;
  /** The attempt that sent it. */
  readonly attempt: number;
  readonly confirmationId: Uuid;
  readonly confirm: Exclude<Confirmation["operation"], "confirmVoucher">;
  /** The state in which an approval waits for the till's decision. */
  readonly approved: Approved;
}

/** What becomes of a request that is under way. */
type Outcome<Approved extends string> = AwaitingDecision<Approved> | SentOnceCompleted | SentOnceDeclined | Reversing;

// --- facts ---

export function observeUnderWay<State extends UnderWay, Approved extends string>(
  terms: SentOnceTerms<Approved>,
  current: State,
  fact: Fact,
): Transition<State | Outcome<Approved>> {
  if (!endsAttempt(fact)) return { state: current, ignored: "unexpected" };
  const { attempt } = terms;
  if (fact.attempt !== attempt) return { state: current, ignored: "late" };
  const { deadlineAt } = current;
  const { at } = fact;
  if (fact.type === "response" && at <= deadlineAt) return applyResponse(terms, current, fact);
  // A response after the deadline counts as none.
  const cause = fact.type === "response" ? "deadline" : fact.type === "noResponse" ? fact.cause : "interruption";
  return reverse(terms, current, at, { inDoubt: addNoResponse(undefined, { attempt, at, cause }, deadlineAt) });
}

function applyResponse<Approved extends string>(
  terms: SentOnceTerms<Approved>,
  current: UnderWay,
  fact: ResponseReceived,
): Transition<Outcome<Approved>> {
  const { attempt } = terms;
  const { cancelledAt } = current;
  const { at } = fact;
  return (
    match(classifyResponse(terms.request, fact))
      .returnType<Transition<Outcome<Approved>>>()
      .with({ outcome: "approved" }, ({ response }) => approve(terms, current, { attempt, at, response }))
      .with({ outcome: "declined" }, ({ error }) => ({
        state: { state: "declined", at, error, ...(cancelledAt === undefined ? {} : { cancelledAt }) },
      }))
      // There is no retry: an unknown outcome goes straight to its reversal.
      .with({ outcome: "unknown" }, (classified) =>
        reverse(terms, current, at, {
          inDoubt: addUnknownResponse(undefined, toUnknownOutcome(attempt, at, classified)),
        }),
      )
      .exhaustive()
  );
}

function approve<Approved extends string>(
  terms: SentOnceTerms<Approved>,
  current: UnderWay,
  approval: Approval,
): Transition<Outcome<Approved>> {
  const { policy, request } = terms;
  if (current.cancelledAt !== undefined) return reverse(terms, current, approval.at, { approval });
  const items = checkApprovedAmount(approval, request.message.amounts?.requestAmount);
  if (policy.messaging === "single") return { state: { state: "completed", approval }, items };
  const { decideBy, command } = awaitDecision(policy, approval);
  return {
    items,
    state: { state: terms.approved, approval, ...(decideBy === undefined ? {} : { decideBy }) },
    ...(command === undefined ? {} : { command }),
  };
}

export function observeApproved<Approved extends string, State extends AwaitingDecision<Approved>>(
  terms: SentOnceTerms<Approved>,
  current: State,
  fact: Fact,
): Transition<State | ReturnType<typeof toOverdue<State>> | Reversing> {
  if (!endsDecision(current, fact)) return recordSecondVoucher(terms.request, current, fact);
  const { at } = fact;
  if (alertsWhenOverdue(current, terms.policy)) return { state: toOverdue(current, at) };
  const decision = { outcome: "reverse", by: "deadline", at } as const;
  return startReversing(terms, decision, { at }, { approval: current.approval });
}

// --- intents ---

/** The request goes on. The cancellation decides once its outcome is known. */
export const markCancelled = <State extends UnderWay>(current: State, at: Instant): State =>
  current.cancelledAt === undefined ? { ...current, cancelledAt: at } : current;

export function decideApproved<Approved extends string, State extends AwaitingDecision<Approved>>(
  terms: SentOnceTerms<Approved>,
  current: State,
  intent: RedemptionIntent,
  refused: Result<never, Refusal>,
): Result<Transition<State | Confirming | Reversing>, Refusal> {
  if (intent.type === "confirm") return confirm(terms, current, intent);
  if (intent.type === "paymentStarted") return startPayment(current, intent);
  if (intent.type !== "cancel") return refused;
  const decision = { outcome: "reverse", by: "till", at: intent.at } as const;
  return checkAmounts(terms, current, intent).map(() =>
    startReversing(terms, decision, intent, { approval: current.approval }),
  );
}

function confirm(
  terms: SentOnceTerms<string>,
  current: Approved,
  intent: ConfirmRedemption,
): Result<Transition<Confirming>, Refusal> {
  const { approval } = current;
  const message = buildAdvice(terms.confirmationId, terms, approval.response, intent);
  return checkAmounts(terms, current, intent).map(() =>
    startConfirming(approval, { operation: terms.confirm, message }, intent),
  );
}

interface Approved {
  readonly approval: Approval;
}

/** Neither a confirmation nor a reversal is about more than was authorised. */
const checkAmounts = (
  { request }: SentOnceTerms<string>,
  { approval }: Approved,
  { amounts }: Pick<AdviceContent, "amounts">,
): Result<void, Refusal> => checkFinalAmount(amounts, authorisedAmountOf(approval.response, request.message.amounts));

// --- parts of transitions ---

const reverse = (
  terms: FinalizationTerms,
  { cancelledAt }: UnderWay,
  at: Instant,
  cause: ReversalCause,
): Transition<Reversing> => startReversing(terms, decisionToReverse(cancelledAt, at), { at }, cause);
