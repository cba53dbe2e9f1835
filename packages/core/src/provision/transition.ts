import { err, ok, type Result } from "neverthrow";
import { match } from "ts-pattern";
import { checkProvisionStart } from "../check.ts";
import { answeredInDoubt, type Doubt, unanswered, unknownAnswer } from "../doubt.ts";
import { endsAttempt, lateOr, type Move, stepTo, withMark } from "../move.ts";
import type { Request } from "../operations.ts";
import { pauseMs } from "../policy.ts";
import { readReply } from "../reply.ts";
import {
  adviceFields,
  authorisedAmount,
  checkFinalAmount,
  decideSettlement,
  awaitDecision,
  decisionToReverse,
  endsDecision,
  lateApproval,
  notNow,
  observeSettlement,
  type ReversalCause,
  type SettlementTerms,
  startConfirming,
  startReversing,
} from "../settlement.ts";
import type { Approval } from "../settlement-state.ts";
import type { ProvisionStart } from "../start.ts";
import type { ConfirmProvision, Fact, Intent, ProvisionIntent, Refusal, Reply, SendRequest, Step } from "../step.ts";
import type { Instant } from "../time.ts";
import type { Issued, Provision, ProvisionHead, ProvisionState, Requesting, WaitingToRetry } from "./state.ts";

type ProvisionMove = Move<ProvisionState>;

/** Starts a sale, or names every fault in its request, or else in its ids. */
export function startProvision(start: ProvisionStart): Result<Step<Provision>, Refusal> {
  return checkProvisionStart(start).map(() => beginProvision(start));
}

/** As {@link startProvision}, for a start that was checked when it was made. */
export function beginProvision(start: ProvisionStart): Step<Provision> {
  const head: ProvisionHead = { kind: "provision", id: start.request.id, start, marks: [] };
  const move = request(head, 0, start.at, undefined);
  return stepTo(provisionIn(move.state, head), move);
}

export const observeProvision = (provision: Provision, fact: Fact): Step<Provision> =>
  enter(provision, observed(provision, fact));

// Every fact comes this way: trying one pattern after the other would take twice as long as all the rest of a transition.
function observed(current: Provision, fact: Fact): ProvisionMove {
  switch (current.state) {
    case "requesting":
      return requesting(current, fact);
    case "waitingToRetry":
      return waitingToRetry(current, fact);
    case "issued":
      return issued(current, fact);
    case "completed":
      return { state: current, ignored: lateOr(fact) };
    case "declined":
      return lateApproval(requestOf(current, 0), current, fact);
    default:
      return observeSettlement(termsOf(current), requestOf(current, 0), current, fact);
  }
}

export function decideProvision(provision: Provision, intent: Intent): Result<Step<Provision>, Refusal> {
  if (!isProvisionIntent(intent)) return err({ type: "wrongKind", intent: intent.type });
  const refused = err(notNow(intent, provision.state, "cancelledAt" in provision ? provision.cancelledAt : undefined));
  return match(provision)
    .returnType<Result<ProvisionMove, Refusal>>()
    .with({ state: "requesting" }, (current) =>
      // What is under way goes on; the mark decides once its outcome is known.
      intent.type === "cancel" ? ok({ state: cancelled(current, intent.at) }) : refused,
    )
    .with({ state: "waitingToRetry" }, (current) =>
      intent.type === "cancel" ? ok(cancel(current, intent.at, { doubt: current.doubt })) : refused,
    )
    .with({ state: "issued" }, (current) => decideIssued(current, intent, refused))
    .with({ state: "declined" }, (state) => (intent.type === "cancel" ? ok({ state }) : refused))
    .with({ state: "completed" }, () => refused)
    .otherwise((current) => decideSettlement(current, intent))
    .map((move) => enter(provision, move));
}

/** A confirmation of a provision says how the customer paid; one of a redemption does not. */
const isProvisionIntent = (intent: Intent): intent is ProvisionIntent =>
  intent.type === "confirm" ? intent.tenders !== undefined : intent.type !== "lookUp" && intent.type !== "redeem";

// --- facts, a function for each state ---

function requesting(current: Provision<Requesting>, fact: Fact): ProvisionMove {
  if (!endsAttempt(fact)) return { state: current, ignored: "unexpected" };
  if (fact.attempt !== current.attempt) return { state: current, ignored: "late" };
  const { attempt, deadlineAt } = current;
  const { at } = fact;
  if (fact.type === "reply" && at <= deadlineAt) return replied(current, fact);
  // A reply after the deadline counts as none: it is the moment that ends an attempt, not whether words came later.
  const cause = fact.type === "reply" ? "deadline" : fact.type === "silence" ? fact.cause : "interruption";
  return unknownOutcome(current, unanswered(current.doubt, { attempt, at, cause }, deadlineAt), at);
}

function replied(current: Provision<Requesting>, fact: Reply): ProvisionMove {
  const { attempt, cancelledAt, doubt } = current;
  const { at } = fact;
  return match(readReply(requestOf(current, attempt), fact))
    .returnType<ProvisionMove>()
    .with({ outcome: "approved" }, ({ response }) => approved(current, { attempt, at, response }))
    .with({ outcome: "declined" }, ({ error }) =>
      // A hard decline of the first request owes nothing; that of a retry owes a reversal: attempt 0 is still unknown.
      doubt === undefined
        ? { state: { state: "declined", at, error, ...(cancelledAt === undefined ? {} : { cancelledAt }) } }
        : reverse(current, at, { doubt }),
    )
    .with({ outcome: "unknown" }, (reading) =>
      unknownOutcome(current, answeredInDoubt(doubt, unknownAnswer(attempt, at, reading)), at),
    )
    .exhaustive();
}

function approved(current: Provision<Requesting>, approval: Approval): ProvisionMove {
  const { policy } = current.start;
  const doubt = current.doubt === undefined ? {} : { doubt: current.doubt };
  if (current.cancelledAt !== undefined) return reverse(current, approval.at, { approval, ...doubt });
  if (policy.messaging === "single") return { state: { state: "completed", approval } };
  const { decideBy, command } = awaitDecision(policy, approval);
  return {
    state: { state: "issued", approval, ...(decideBy === undefined ? {} : { decideBy }), ...doubt },
    ...(command === undefined ? {} : { command }),
  };
}

/** Retry while the policy, the provider and the customer's patience allow; else reverse. */
function unknownOutcome(current: Provision<Requesting>, doubt: Doubt, at: Instant): ProvisionMove {
  const { attempt, cancelledAt, start } = current;
  const { policy } = start;
  const retryAt = at + pauseMs(policy.retryDelay, attempt, current.id);
  const maySendAgain = policy.provider.takesRetries && attempt < policy.retries && retryAt < patienceEndsAt(start);
  if (cancelledAt !== undefined || !maySendAgain) return reverse(current, at, { doubt });
  return {
    state: { state: "waitingToRetry", attempt, retryAt, doubt },
    command: { type: "wakeAt", timer: "retry", attempt, at: retryAt },
  };
}

const patienceEndsAt = ({ at, policy }: ProvisionStart): Instant =>
  policy.customerWaitMs === undefined ? Number.POSITIVE_INFINITY : at + policy.customerWaitMs;

function waitingToRetry(current: Provision<WaitingToRetry>, fact: Fact): ProvisionMove {
  const isItsTimer = fact.type === "timer" && fact.timer === "retry" && fact.attempt === current.attempt;
  // Not even a late approval is acted on: the retry brings the same voucher.
  if (!isItsTimer) return { state: current, ignored: lateOr(fact) };
  return request(current, current.attempt + 1, fact.at, current.doubt);
}

function issued(current: Provision<Issued>, fact: Fact): ProvisionMove {
  if (!endsDecision(current, fact)) return { state: current, ignored: lateOr(fact) };
  const { approval, doubt } = current;
  const { at } = fact;
  const decision = { outcome: "reverse", by: "deadline", at } as const;
  return startReversing(termsOf(current), decision, at, { approval, ...(doubt === undefined ? {} : { doubt }) });
}

// --- intents ---

function decideIssued(
  current: Provision<Issued>,
  intent: ProvisionIntent,
  refused: Result<never, Refusal>,
): Result<ProvisionMove, Refusal> {
  const { approval, doubt } = current;
  if (intent.type === "confirm") return confirm(current, intent);
  if (intent.type !== "cancel") return refused;
  return ok(cancel(current, intent.at, { approval, ...(doubt === undefined ? {} : { doubt }) }));
}

function confirm(current: Provision<Issued>, intent: ConfirmProvision): Result<ProvisionMove, Refusal> {
  const { start, approval } = current;
  const { at, tenders, amounts } = intent;
  const message = {
    ...adviceFields(start.confirmationId, termsOf(current), approval.response, at),
    tenders,
    ...(amounts === undefined ? {} : { amounts }),
  };
  return checkFinalAmount(amounts, authorisedAmount(approval.response, start.request.amounts)).map(() =>
    startConfirming(approval, { operation: "confirmVoucher", message }, at),
  );
}

const cancel = (current: Provision, at: Instant, cause: ReversalCause): ProvisionMove =>
  startReversing(termsOf(current), { outcome: "reverse", by: "till", at }, at, cause);

const cancelled = (current: Provision<Requesting>, at: Instant): Provision<Requesting> =>
  current.cancelledAt === undefined ? { ...current, cancelledAt: at } : current;

// --- what moves are made of ---

const reverse = (current: Provision<Requesting>, at: Instant, cause: ReversalCause): ProvisionMove =>
  startReversing(termsOf(current), decisionToReverse(current.cancelledAt, at), at, cause);

function request(head: ProvisionHead, attempt: number, at: Instant, doubt: Doubt | undefined): ProvisionMove {
  const deadlineAt = Math.min(at + head.start.policy.replyDeadlineMs, patienceEndsAt(head.start));
  const state: Requesting = { state: "requesting", attempt, deadlineAt, ...(doubt === undefined ? {} : { doubt }) };
  const command: SendRequest = { type: "sendRequest", attempt, request: requestOf(head, attempt), deadlineAt };
  return { state, command };
}

/** The first attempt and its retries carry the same message, unchanged: one id, one voucher. */
const requestOf = (head: ProvisionHead, attempt: number): Request => ({
  operation: attempt === 0 ? "provisionVoucher" : "retryProvisionVoucher",
  message: head.start.request,
});

const termsOf = ({ id, start }: ProvisionHead): SettlementTerms => ({
  requestId: id,
  reversalId: start.reversalId,
  reverse: "reverseVoucher",
  provider: start.policy.provider,
  thirdPartyIdentifiers: start.request.thirdPartyIdentifiers,
});

function enter(current: Provision, move: ProvisionMove): Step<Provision> {
  const marks = withMark(current.marks, move.mark);
  const isUnchanged = move.state === current && marks === current.marks;
  return stepTo(isUnchanged ? current : provisionIn(move.state, { ...current, marks }), move);
}

const provisionIn = (state: ProvisionState, { kind, id, start, marks }: ProvisionHead): Provision => ({
  ...state,
  kind,
  id,
  start,
  marks,
});
