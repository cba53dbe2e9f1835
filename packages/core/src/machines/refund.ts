// The machine of a refund: a redemption is undone after it was done, and the customer's voucher is usable again. The whole table is
// `test/refund-table.ts`.
//
//   requesting ── approved ──▶ refunded ── confirm ──▶ confirming ─▶ confirmed        (single messaging: ─▶ completed)
//      │  │                       └─ cancel, deadline ──▶ reversing ─▶ reversed
//      │  └─ declined ─▶ declined
//      └─ unknown ─▶ reversing
//
// Rules
// 1. It begins with its request: no lookup comes first, since the till has redeemed the voucher, or knows who has.
// 2. From the request to the decision the rules are those of `sent-once.ts`, from there on those of `finalization.ts`.
// 3. The voucher's pin is sent, and stored nowhere, as for a redemption. So a repeat of the start is compared without it.
//
// What it does not know: what was redeemed, and what was refunded of it before. `refundable.ts` does.

import { err, ok, type Result } from "neverthrow";
import { match } from "ts-pattern";
import type { OutgoingMessage } from "../messages/operations.ts";
import { withoutPin } from "../messages/voucher.ts";
import type { RefundStart } from "../start.ts";
import type { Fact, Intent, RefundIntent, Refusal, Step } from "../step.ts";
import { decideFinalization, observeFinalization, refuseInState } from "./finalization.ts";
import { recordLateApproval, recordSecondVoucher } from "./late-responses.ts";
import type { Refund, RefundHead, RefundState, RequestingRefund } from "./refund-state.ts";
import { decideApproved, markCancelled, observeApproved, observeUnderWay, type SentOnceTerms } from "./sent-once.ts";
import { addItems, toStep, type Transition } from "./transition.ts";
import { parseRefundStart } from "./validate-input.ts";

type RefundTransition = Transition<RefundState>;

/**
 * Starts a refund. Refused (`invalidMessage`) with every fault in the request or, if it has none, in the ids.
 *
 * @example
 * startRefund({ request, confirmationId, reversalId, policy: defaultPolicy, at: Date.now() })
 */
export function startRefund(start: RefundStart): Result<Step<Refund>, Refusal> {
  return parseRefundStart(start).map(beginRefund);
}

/** As {@link startRefund}, for a start that was validated when it was made. */
export function beginRefund(start: RefundStart): Step<Refund> {
  const { request, policy, at } = start;
  const { replyDeadlineMs, customerWaitMs = replyDeadlineMs } = policy;
  const deadlineAt = at + Math.min(replyDeadlineMs, customerWaitMs);
  const state: RequestingRefund = { state: "requesting", attempt: ATTEMPT, deadlineAt };
  const head: RefundHead = {
    kind: "refund",
    id: request.id,
    start: { ...start, request: withoutPin(request) },
    reconciliation: [],
  };
  return {
    transaction: withState(state, head),
    commands: [
      { type: "sendRequest", attempt: ATTEMPT, request: { operation: "refundVoucher", message: request }, deadlineAt },
    ],
  };
}

/** The only one. */
const ATTEMPT = 0;

export const observeRefund = (refund: Refund, fact: Fact): Step<Refund> =>
  applyTransition(refund, applyFact(refund, fact));

function applyFact(current: Refund, fact: Fact): RefundTransition {
  // By `switch`, as for a provision.
  switch (current.state) {
    case "requesting":
      return observeUnderWay(termsOf(current), current, fact);
    case "refunded":
      return observeApproved(termsOf(current), current, fact);
    case "completed":
      return recordSecondVoucher(requestOf(current), current, fact);
    case "declined":
      return recordLateApproval(requestOf(current), current, fact);
    default:
      return observeFinalization(termsOf(current), requestOf(current), current, fact);
  }
}

export function decideRefund(refund: Refund, intent: Intent): Result<Step<Refund>, Refusal> {
  if (!isRefundIntent(intent)) return err({ type: "wrongKind", intent: intent.type });
  const refused = err(refuseInState(intent, refund.state, "cancelledAt" in refund ? refund.cancelledAt : undefined));
  return match(refund)
    .returnType<Result<RefundTransition, Refusal>>()
    .with({ state: "requesting" }, (current) =>
      intent.type === "cancel" ? ok({ state: markCancelled(current, intent.at) }) : refused,
    )
    .with({ state: "refunded" }, (current) => decideApproved(termsOf(current), current, intent, refused))
    .with({ state: "declined" }, (state) => (intent.type === "cancel" ? ok({ state }) : refused))
    .with({ state: "completed" }, () => refused)
    .otherwise((current) => decideFinalization(current, intent))
    .map((transition) => applyTransition(refund, transition));
}

/** A confirmation of a refund has no tenders: it is a BasicAdvice. */
const isRefundIntent = (intent: Intent): intent is RefundIntent =>
  intent.type === "confirm" ? intent.tenders === undefined : intent.type !== "lookUp" && intent.type !== "redeem";

const requestOf = ({ start }: RefundHead): OutgoingMessage<"refundVoucher"> => ({
  operation: "refundVoucher",
  message: start.request,
});

const termsOf = (head: RefundHead): SentOnceTerms<"refunded"> => ({
  message: head.start.request,
  confirmationId: head.start.confirmationId,
  confirm: "confirmRefund",
  reversalId: head.start.reversalId,
  reverse: "reverseRefund",
  policy: head.start.policy,
  request: requestOf(head),
  attempt: ATTEMPT,
  approved: "refunded",
});

function applyTransition(current: Refund, transition: RefundTransition): Step<Refund> {
  const reconciliation = addItems(current.reconciliation, transition.items);
  const isUnchanged = transition.state === current && reconciliation === current.reconciliation;
  return toStep(isUnchanged ? current : withState(transition.state, { ...current, reconciliation }), transition);
}

const withState = (state: RefundState, { kind, id, start, reconciliation, handedOver }: RefundHead): Refund => ({
  ...state,
  kind,
  id,
  start,
  reconciliation,
  ...(handedOver === undefined ? {} : { handedOver }),
});
