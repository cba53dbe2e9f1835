// The machine of a provision: the sale of one voucher. The whole table, every state by every event, is
// `test/provision-table.ts`; `docs/state-machines.md` draws it.
//
//   requesting(0) ── approved ──▶ issued ── confirm ──▶ confirming ─▶ confirmed        (single messaging: ─▶ completed)
//      │    │                       └──── cancel, deadline ──▶ reversing ─▶ reversed
//      │    └─ declined ─▶ declined
//      └─ unknown ─▶ waitingToRetry ─▶ requesting(n) ── declined, or unknown after the last retry ──▶ reversing
//
// Rules
// 1. A hard decline of the first request owes nothing. A hard decline of a retry owes a reversal: attempt 0 is still unknown,
//    and the provider may have issued its voucher.
// 2. An unknown outcome is retried with the same message, unchanged, so that one transaction yields one voucher at most. It is
//    reversed instead if the policy's retries are used up, the provider takes no retries, or the customer's time is over.
// 3. A till that cancels while an attempt is under way does not stop it. The cancellation is remembered, and decides once the
//    outcome is known.
// 4. Once in doubt, a transaction stays so: every way that ends without a voucher leads through a reversal.
// 5. From an approval on, or a decision to reverse, the rules are those of `finalization.ts`.
//
// What it does not know: what a response means (`classifyResponse`), and how long a backoff is (`backoffMs`).
// Facts are dispatched by `switch`, which is twice as fast as a pattern for each state; every fact comes this way. Classified
// responses are dispatched by `match`: the compiler checks that it is exhaustive, and a missing case here would cost money.

import { err, ok, type Result } from "neverthrow";
import { match } from "ts-pattern";
import { parseProvisionStart } from "./validate-input.ts";
import { addUnknownResponse, type InDoubt, addNoResponse, toUnknownOutcome, isWorthRetrying } from "./in-doubt.ts";
import { endsAttempt, ignoredBecause, type Transition, toStep, addItems } from "./transition.ts";
import type { Request } from "../messages/operations.ts";
import { backoffMs } from "../policy.ts";
import { classifyResponse } from "../responses/request-outcome.ts";
import { authorisedAmountOf, checkFinalAmount, checkApprovedAmount } from "./amounts-check.ts";
import { alertsWhenOverdue, awaitDecision, endsDecision, startPayment, toOverdue } from "./decision.ts";
import { recordLateApproval, recordSecondVoucher } from "./late-responses.ts";
import {
  type AdviceContent,
  buildAdvice,
  decideFinalization,
  decisionToReverse,
  refuseInState,
  observeFinalization,
  type ReversalCause,
  type FinalizationTerms,
  startConfirming,
  startReversing,
} from "./finalization.ts";
import type { Approval } from "./finalization-state.ts";
import type { ProvisionStart } from "../start.ts";
import type {
  ConfirmProvision,
  Fact,
  Intent,
  ProvisionIntent,
  Refusal,
  ResponseReceived,
  SendRequest,
  Step,
} from "../step.ts";
import type { Instant } from "../time.ts";
import type {
  Issued,
  Provision,
  ProvisionHead,
  ProvisionState,
  Requesting,
  WaitingToRetry,
} from "./provision-state.ts";

type ProvisionTransition = Transition<ProvisionState>;

/**
 * Starts a sale. Refused (`invalidMessage`) with every fault in the request or, if it has none, in the ids.
 *
 * @example
 * startProvision({ request, confirmationId, reversalId, policy: defaultPolicy, at: Date.now() })
 */
export function startProvision(start: ProvisionStart): Result<Step<Provision>, Refusal> {
  return parseProvisionStart(start).map(beginProvision);
}

/** As {@link startProvision}, for a start that was validated when it was made. */
export function beginProvision(start: ProvisionStart): Step<Provision> {
  const head: ProvisionHead = { kind: "provision", id: start.request.id, start, reconciliation: [] };
  const transition = startAttempt(head, 0, start.at, undefined);
  return toStep(withState(transition.state, head), transition);
}

export const observeProvision = (provision: Provision, fact: Fact): Step<Provision> =>
  applyTransition(provision, applyFact(provision, fact));

// By `switch`, since every fact comes this way: to try one pattern after the other takes twice as long as the rest of a transition.
function applyFact(current: Provision, fact: Fact): ProvisionTransition {
  switch (current.state) {
    case "requesting":
      return observeRequesting(current, fact);
    case "waitingToRetry":
      return observeWaitingToRetry(current, fact);
    case "issued":
      return observeIssued(current, fact);
    case "completed":
      return recordSecondVoucher(startOf(current), current, fact);
    case "declined":
      return recordLateApproval(startOf(current), current, fact);
    default:
      return observeFinalization(termsOf(current), startOf(current), current, fact);
  }
}

export function decideProvision(provision: Provision, intent: Intent): Result<Step<Provision>, Refusal> {
  if (!isProvisionIntent(intent)) return err({ type: "wrongKind", intent: intent.type });
  const refused = err(
    refuseInState(intent, provision.state, "cancelledAt" in provision ? provision.cancelledAt : undefined),
  );
  return match(provision)
    .returnType<Result<ProvisionTransition, Refusal>>()
    .with({ state: "requesting" }, (current) =>
      // The attempt goes on. The cancellation decides once its outcome is known.
      intent.type === "cancel" ? ok({ state: markCancelled(current, intent.at) }) : refused,
    )
    .with({ state: "waitingToRetry" }, (current) =>
      intent.type === "cancel" ? ok(cancel(current, intent, { inDoubt: current.inDoubt })) : refused,
    )
    .with({ state: "issued" }, (current) => decideIssued(current, intent, refused))
    .with({ state: "declined" }, (state) => (intent.type === "cancel" ? ok({ state }) : refused))
    .with({ state: "completed" }, () => refused)
    .otherwise((current) => decideFinalization(current, intent))
    .map((transition) => applyTransition(provision, transition));
}

/** A confirmation of a provision has tenders; one of another kind has none. */
const isProvisionIntent = (intent: Intent): intent is ProvisionIntent =>
  intent.type === "confirm" ? intent.tenders !== undefined : intent.type !== "lookUp" && intent.type !== "redeem";

// --- facts: a function for each state ---

function observeRequesting(current: Provision<Requesting>, fact: Fact): ProvisionTransition {
  if (!endsAttempt(fact)) return { state: current, ignored: "unexpected" };
  if (fact.attempt !== current.attempt) return { state: current, ignored: "late" };
  const { attempt, deadlineAt } = current;
  const { at } = fact;
  if (fact.type === "response" && at <= deadlineAt) return applyResponse(current, fact);
  // A response after the deadline counts as none: the deadline ends an attempt, whatever comes later.
  const cause = fact.type === "response" ? "deadline" : fact.type === "noResponse" ? fact.cause : "interruption";
  return retryOrReverse(current, addNoResponse(current.inDoubt, { attempt, at, cause }, deadlineAt), fact);
}

function applyResponse(current: Provision<Requesting>, fact: ResponseReceived): ProvisionTransition {
  const { attempt, cancelledAt, inDoubt } = current;
  const { at } = fact;
  return match(classifyResponse(requestOf(current, attempt), fact))
    .returnType<ProvisionTransition>()
    .with({ outcome: "approved" }, ({ response }) => approve(current, { attempt, at, response }))
    .with({ outcome: "declined" }, ({ error }) =>
      // A hard decline of the first request owes nothing. That of a retry owes a reversal: attempt 0 is still unknown.
      inDoubt === undefined
        ? { state: { state: "declined", at, error, ...(cancelledAt === undefined ? {} : { cancelledAt }) } }
        : reverse(current, at, { inDoubt }),
    )
    .with({ outcome: "unknown" }, (classified) =>
      retryOrReverse(current, addUnknownResponse(inDoubt, toUnknownOutcome(attempt, at, classified)), fact),
    )
    .exhaustive();
}

function approve(current: Provision<Requesting>, approval: Approval): ProvisionTransition {
  const { policy } = current.start;
  const inDoubt = current.inDoubt === undefined ? {} : { inDoubt: current.inDoubt };
  if (current.cancelledAt !== undefined) return reverse(current, approval.at, { approval, ...inDoubt });
  const items = checkApprovedAmount(approval, current.start.request.amounts?.requestAmount);
  if (policy.messaging === "single") return { state: { state: "completed", approval }, items };
  const { decideBy, command } = awaitDecision(policy, approval);
  return {
    items,
    state: { state: "issued", approval, ...(decideBy === undefined ? {} : { decideBy }), ...inDoubt },
    ...(command === undefined ? {} : { command }),
  };
}

/** Retries if the policy, the provider and the customer's patience allow it; else reverses. Electrum may ask for a longer pause. */
function retryOrReverse(
  current: Provision<Requesting>,
  inDoubt: InDoubt,
  { at, ...fact }: { readonly at: Instant; readonly retryAfterMs?: number },
): ProvisionTransition {
  const { attempt, cancelledAt, start } = current;
  const { policy } = start;
  const askedMs = Math.min(fact.retryAfterMs ?? 0, policy.retryBackoff.maxMs);
  const retryAt = at + Math.max(backoffMs(policy.retryBackoff, attempt, current.id), askedMs);
  const maySendAgain =
    policy.provider.takesRetries &&
    attempt < policy.retries &&
    retryAt < patienceEndsAt(start) &&
    isWorthRetrying(inDoubt);
  if (cancelledAt !== undefined || !maySendAgain) return reverse(current, at, { inDoubt });
  return {
    state: { state: "waitingToRetry", attempt, retryAt, inDoubt },
    command: { type: "wakeAt", timer: "retry", attempt, at: retryAt },
  };
}

const patienceEndsAt = ({ at, policy }: ProvisionStart): Instant =>
  policy.customerWaitMs === undefined ? Number.POSITIVE_INFINITY : at + policy.customerWaitMs;

function observeWaitingToRetry(current: Provision<WaitingToRetry>, fact: Fact): ProvisionTransition {
  const isItsTimer = fact.type === "timer" && fact.timer === "retry" && fact.attempt === current.attempt;
  // Not even a late approval acts: the retry brings the same voucher.
  if (!isItsTimer) return { state: current, ignored: ignoredBecause(fact) };
  return startAttempt(current, current.attempt + 1, fact.at, current.inDoubt);
}

function observeIssued(current: Provision<Issued>, fact: Fact): ProvisionTransition {
  if (!endsDecision(current, fact)) return recordSecondVoucher(startOf(current), current, fact);
  const { approval, inDoubt } = current;
  const { at } = fact;
  if (alertsWhenOverdue(current, current.start.policy)) return { state: toOverdue(current, at) };
  const decision = { outcome: "reverse", by: "deadline", at } as const;
  return startReversing(
    termsOf(current),
    decision,
    { at },
    { approval, ...(inDoubt === undefined ? {} : { inDoubt }) },
  );
}

// --- intents ---

function decideIssued(
  current: Provision<Issued>,
  intent: ProvisionIntent,
  refused: Result<never, Refusal>,
): Result<ProvisionTransition, Refusal> {
  const { approval, inDoubt } = current;
  if (intent.type === "confirm") return confirm(current, intent);
  if (intent.type === "paymentStarted") return startPayment(current, intent);
  if (intent.type !== "cancel") return refused;
  return checkFinalAmount(intent.amounts, authorisedAmountOf(approval.response, current.start.request.amounts)).map(
    () => cancel(current, intent, { approval, ...(inDoubt === undefined ? {} : { inDoubt }) }),
  );
}

function confirm(current: Provision<Issued>, intent: ConfirmProvision): Result<ProvisionTransition, Refusal> {
  const { start, approval } = current;
  const message = {
    ...buildAdvice(start.confirmationId, termsOf(current), approval.response, intent),
    tenders: intent.tenders,
  };
  return checkFinalAmount(intent.amounts, authorisedAmountOf(approval.response, start.request.amounts)).map(() =>
    startConfirming(approval, { operation: "confirmVoucher", message }, intent),
  );
}

const cancel = (current: Provision, content: AdviceContent, cause: ReversalCause): ProvisionTransition =>
  startReversing(termsOf(current), { outcome: "reverse", by: "till", at: content.at }, content, cause);

const markCancelled = (current: Provision<Requesting>, at: Instant): Provision<Requesting> =>
  current.cancelledAt === undefined ? { ...current, cancelledAt: at } : current;

// --- parts of transitions ---

const reverse = (current: Provision<Requesting>, at: Instant, cause: ReversalCause): ProvisionTransition =>
  startReversing(termsOf(current), decisionToReverse(current.cancelledAt, at), { at }, cause);

function startAttempt(
  head: ProvisionHead,
  attempt: number,
  at: Instant,
  inDoubt: InDoubt | undefined,
): ProvisionTransition {
  const deadlineAt = Math.min(at + head.start.policy.replyDeadlineMs, patienceEndsAt(head.start));
  const state: Requesting = { state: "requesting", attempt, deadlineAt, ...(inDoubt === undefined ? {} : { inDoubt }) };
  const command: SendRequest = { type: "sendRequest", attempt, request: requestOf(head, attempt), deadlineAt };
  return { state, command };
}

/** The first attempt and its retries carry the same message, unchanged: one id, one voucher. */
const requestOf = (head: ProvisionHead, attempt: number): Request => ({
  operation: attempt === 0 ? "provisionVoucher" : "retryProvisionVoucher",
  message: head.start.request,
});

/** The request that the transaction started with: what a late approval answers. */
const startOf = (head: ProvisionHead): Request => requestOf(head, 0);

const termsOf = ({ start: { request, reversalId, policy } }: ProvisionHead): FinalizationTerms => ({
  message: request,
  reversalId,
  reverse: "reverseVoucher",
  policy,
});

function applyTransition(current: Provision, transition: ProvisionTransition): Step<Provision> {
  const reconciliation = addItems(current.reconciliation, transition.items);
  const isUnchanged = transition.state === current && reconciliation === current.reconciliation;
  return toStep(isUnchanged ? current : withState(transition.state, { ...current, reconciliation }), transition);
}

const withState = (
  state: ProvisionState,
  { kind, id, start, reconciliation, handedOver }: ProvisionHead,
): Provision => ({
  ...state,
  kind,
  id,
  start,
  reconciliation,
  ...(handedOver === undefined ? {} : { handedOver }),
});
