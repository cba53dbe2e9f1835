import { err, ok, type Result } from "neverthrow";
import { match } from "ts-pattern";
import { checkRedemptionStart } from "../check.ts";
import { answeredInDoubt, unanswered, unknownAnswer } from "../doubt.ts";
import type { RedemptionRequest } from "../messages/redemption.ts";
import { sameJson } from "../json.ts";
import { endsAttempt, lateOr, type Move, stepTo, withMark } from "../move.ts";
import type { Request } from "../operations.ts";
import { readReply } from "../reply.ts";
import {
  adviceFields,
  authorisedAmount,
  awaitDecision,
  checkFinalAmount,
  decideSettlement,
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
import type { Approval, Settlement } from "../settlement-state.ts";
import type { RedemptionStart } from "../start.ts";
import type { ConfirmRedemption, Fact, Intent, Redeem, RedemptionIntent, Refusal, Reply, Step } from "../step.ts";
import type { Instant } from "../time.ts";
import { decideLookup, lookUp, observeLookup } from "./lookup.ts";
import type {
  AfterRedeem,
  Found,
  RedeemFields,
  Redeemed,
  Redeeming,
  Redemption,
  RedemptionCompleted,
  RedemptionDeclined,
  RedemptionHead,
  RedemptionState,
} from "./state.ts";

/** A move among the states that have a redemption request; `next` puts the request back. */
type RedeemMove = Move<Redeeming | Redeemed | RedemptionCompleted | RedemptionDeclined | Settlement>;

/** Starts a redemption with its lookup, or names every fault in its ids, or else in the lookup. */
export function startRedemption(start: RedemptionStart): Result<Step<Redemption>, Refusal> {
  return checkRedemptionStart(start).map(() => beginRedemption(start));
}

/** As {@link startRedemption}, for a start that was checked when it was made. */
export function beginRedemption(start: RedemptionStart): Step<Redemption> {
  const head: RedemptionHead = { kind: "redemption", id: start.id, start, marks: [] };
  const move = lookUp(head, 0, start.at, { firstAttempt: 0, startedAt: start.at });
  return stepTo(redemptionIn(move.state, head), move);
}

export function observeRedemption(redemption: Redemption, fact: Fact): Step<Redemption> {
  return isAfterRedeem(redemption)
    ? enterAfter(redemption, observeAfter(redemption, fact))
    : enter(redemption, observeLookup(redemption, fact));
}

export function decideRedemption(redemption: Redemption, intent: Intent): Result<Step<Redemption>, Refusal> {
  if (!isRedemptionIntent(intent)) return err({ type: "wrongKind", intent: intent.type });
  if (isAfterRedeem(redemption)) {
    return decideAfter(redemption, intent).map((move) => enterAfter(redemption, move));
  }
  if (intent.type !== "redeem") return decideLookup(redemption, intent).map((move) => enter(redemption, move));
  return redemption.state === "found"
    ? startRedeeming(redemption, intent).map((move) => enter(redemption, move))
    : err(notNow(intent, redemption.state, redemption.state === "abandoned" ? redemption.at : undefined));
}

const isAfterRedeem = (redemption: Redemption): redemption is Redemption<AfterRedeem> => "redeem" in redemption;

/** A confirmation of a redemption says nothing of tenders: it is a BasicAdvice. */
const isRedemptionIntent = (intent: Intent): intent is RedemptionIntent =>
  intent.type !== "confirm" || intent.tenders === undefined;

// --- facts, a function for each state ---

function observeAfter(current: Redemption<AfterRedeem>, fact: Fact): RedeemMove {
  // A lookup's late answer says nothing of the redemption.
  if (fact.type === "reply" && fact.attempt < current.redeem.attempt) return { state: current, ignored: "late" };
  // As for a provision: every fact comes this way.
  switch (current.state) {
    case "redeeming":
      return redeeming(current, fact);
    case "redeemed":
      return redeemed(current, fact);
    case "completed":
      return { state: current, ignored: lateOr(fact) };
    case "declined":
      return lateApproval(requestOf(current), current, fact);
    default:
      return observeSettlement(termsOf(current), requestOf(current), current, fact);
  }
}

function redeeming(current: Redemption<Redeeming & RedeemFields>, fact: Fact): RedeemMove {
  if (!endsAttempt(fact)) return { state: current, ignored: "unexpected" };
  const { deadlineAt, redeem } = current;
  const { attempt } = redeem;
  if (fact.attempt !== attempt) return { state: current, ignored: "late" };
  const { at } = fact;
  if (fact.type === "reply" && at <= deadlineAt) return replied(current, fact);
  // A reply after the deadline counts as none.
  const cause = fact.type === "reply" ? "deadline" : fact.type === "silence" ? fact.cause : "interruption";
  return reverse(current, at, { doubt: unanswered(undefined, { attempt, at, cause }, deadlineAt) });
}

function replied(current: Redemption<Redeeming & RedeemFields>, fact: Reply): RedeemMove {
  const { attempt } = current.redeem;
  const { cancelledAt } = current;
  const { at } = fact;
  return (
    match(readReply(requestOf(current), fact))
      .returnType<RedeemMove>()
      .with({ outcome: "approved" }, ({ response }) => approved(current, { attempt, at, response }))
      .with({ outcome: "declined" }, ({ error }) => ({
        state: { state: "declined", at, error, ...(cancelledAt === undefined ? {} : { cancelledAt }) },
      }))
      // There is no retry for a redemption: an unknown outcome goes straight to its reversal.
      .with({ outcome: "unknown" }, (reading) =>
        reverse(current, at, { doubt: answeredInDoubt(undefined, unknownAnswer(attempt, at, reading)) }),
      )
      .exhaustive()
  );
}

function approved(current: Redemption<Redeeming & RedeemFields>, approval: Approval): RedeemMove {
  const { policy } = current.start;
  if (current.cancelledAt !== undefined) return reverse(current, approval.at, { approval });
  if (policy.messaging === "single") return { state: { state: "completed", approval } };
  const { decideBy, command } = awaitDecision(policy, approval);
  return {
    state: { state: "redeemed", approval, ...(decideBy === undefined ? {} : { decideBy }) },
    ...(command === undefined ? {} : { command }),
  };
}

function redeemed(current: Redemption<Redeemed & RedeemFields>, fact: Fact): RedeemMove {
  if (!endsDecision(current, fact)) return { state: current, ignored: lateOr(fact) };
  const { at } = fact;
  const decision = { outcome: "reverse", by: "deadline", at } as const;
  return startReversing(termsOf(current), decision, at, { approval: current.approval });
}

// --- intents ---

function startRedeeming(current: Redemption<Found>, { request, at }: Redeem): Result<Move<AfterRedeem>, Refusal> {
  return checkLookedUp(current, request).map(() => {
    const attempt = current.attempt + 1;
    const { replyDeadlineMs, customerWaitMs = replyDeadlineMs } = current.start.policy;
    const deadlineAt = at + Math.min(replyDeadlineMs, customerWaitMs);
    return {
      state: { state: "redeeming", deadlineAt, redeem: { request, attempt, at } },
      command: { type: "sendRequest", attempt, request: { operation: "redeemVoucher", message: request }, deadlineAt },
    };
  });
}

/** Only what was looked up may be redeemed: this transaction, and this voucher where the till named it by its code. */
function checkLookedUp({ id, start }: RedemptionHead, request: RedemptionRequest): Result<void, Refusal> {
  if (request.id !== id) return err({ type: "notTheOneLookedUp", field: "id" });
  const { voucherCode = "" } = start.lookup;
  return voucherCode === "" || voucherCode === request.voucher.code
    ? ok()
    : err({ type: "notTheOneLookedUp", field: "voucher.code" });
}

function decideAfter(current: Redemption<AfterRedeem>, intent: RedemptionIntent): Result<RedeemMove, Refusal> {
  const refused = err(notNow(intent, current.state, "cancelledAt" in current ? current.cancelledAt : undefined));
  if (intent.type === "redeem") {
    return sameJson(intent.request, current.redeem.request)
      ? ok({ state: current })
      : err({ type: "otherContent", intent: intent.type, decidedAt: current.redeem.at });
  }
  return match(current)
    .returnType<Result<RedeemMove, Refusal>>()
    .with({ state: "redeeming" }, (state) =>
      // What is under way goes on; the mark decides once its outcome is known.
      intent.type === "cancel" ? ok({ state: cancelled(state, intent.at) }) : refused,
    )
    .with({ state: "redeemed" }, (state) => decideRedeemed(state, intent, refused))
    .with({ state: "declined" }, (state) => (intent.type === "cancel" ? ok({ state }) : refused))
    .with({ state: "completed" }, () => refused)
    .otherwise((state) => decideSettlement(state, intent));
}

const cancelled = <State extends Redeeming>(current: State, at: Instant): State =>
  current.cancelledAt === undefined ? { ...current, cancelledAt: at } : current;

function decideRedeemed(
  current: Redemption<Redeemed & RedeemFields>,
  intent: RedemptionIntent,
  refused: Result<never, Refusal>,
): Result<RedeemMove, Refusal> {
  if (intent.type === "confirm") return confirm(current, intent);
  if (intent.type !== "cancel") return refused;
  const { at } = intent;
  const decision = { outcome: "reverse", by: "till", at } as const;
  return ok(startReversing(termsOf(current), decision, at, { approval: current.approval }));
}

function confirm(
  current: Redemption<Redeemed & RedeemFields>,
  { at, amounts }: ConfirmRedemption,
): Result<RedeemMove, Refusal> {
  const {
    start,
    approval,
    redeem: { request },
  } = current;
  const message = {
    ...adviceFields(start.confirmationId, termsOf(current), approval.response, at),
    ...(amounts === undefined ? {} : { amounts }),
  };
  return checkFinalAmount(amounts, authorisedAmount(approval.response, request.amounts)).map(() =>
    startConfirming(approval, { operation: "confirmRedeem", message }, at),
  );
}

// --- what moves are made of ---

const reverse = (current: Redemption<Redeeming & RedeemFields>, at: Instant, cause: ReversalCause): RedeemMove =>
  startReversing(termsOf(current), decisionToReverse(current.cancelledAt, at), at, cause);

const requestOf = ({ redeem }: RedeemFields): Request => ({ operation: "redeemVoucher", message: redeem.request });

const termsOf = ({ id, start, redeem }: RedemptionHead & RedeemFields): SettlementTerms => ({
  requestId: id,
  reversalId: start.reversalId,
  reverse: "reverseRedeem",
  provider: start.policy.provider,
  thirdPartyIdentifiers: redeem.request.thirdPartyIdentifiers,
});

function enterAfter(current: Redemption<AfterRedeem>, move: RedeemMove): Step<Redemption> {
  const state = move.state === current ? current : { ...move.state, redeem: current.redeem };
  return enter(current, { ...move, state });
}

function enter(current: Redemption, move: Move<RedemptionState>): Step<Redemption> {
  const marks = withMark(current.marks, move.mark);
  const isUnchanged = move.state === current && marks === current.marks;
  return stepTo(isUnchanged ? current : redemptionIn(move.state, { ...current, marks }), move);
}

const redemptionIn = (state: RedemptionState, { kind, id, start, marks }: RedemptionHead): Redemption => ({
  ...state,
  kind,
  id,
  start,
  marks,
});
