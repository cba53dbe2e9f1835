// The machine of a redemption: the acceptance of one voucher. The whole table is `test/redemption-table.ts`.
//
//   lookups (`lookup.ts`) ─▶ found ── redeem ──▶ redeeming ── approved ──▶ redeemed ── confirm ──▶ confirming ─▶ confirmed
//                              │                   │  │                      └─ cancel, deadline ─▶ reversing ─▶ reversed
//                              └ cancel ▶ abandoned│  └─ declined ─▶ declined
//                                                  └─ unknown ─▶ reversing
//
// Rules
// 1. A successful lookup comes first. The type of `found` and a check at run time both see to it, and the request must be for
//    the transaction and the voucher that were looked up.
// 2. From the request to the decision the rules are those of `sent-once.ts`, from there on those of `finalization.ts`. They work on a state
//    without the request; `applyRedeemTransition` puts the request back.
// 3. Attempts are counted over lookups and the redemption alike, so that each number names one message.
// 4. A late response to a lookup says nothing about the redemption.
// 5. The voucher's pin is sent, and stored nowhere: the command has it, the state and the stored journal do not. A redemption is sent
//    once, so nothing needs the pin later. A repeat of `redeem` is compared without it.
//
// `switch` and `match` as in `provision.ts`.

import { policyInForce } from "../policy-in-force.ts";
import { err, ok, type Result } from "neverthrow";
import { match } from "ts-pattern";
import { parseRedemptionStart } from "./validate-input.ts";
import type { RedemptionRequest } from "../messages/redemption.ts";
import { withoutPin } from "../messages/voucher.ts";
import { sameJson } from "../json.ts";
import { codeIn, namesAnother } from "../voucher-code.ts";
import { type Transition, toStep, addItems } from "./transition.ts";
import type { OutgoingMessage } from "../messages/operations.ts";
import { recordLateApproval, recordSecondVoucher } from "./late-responses.ts";
import { decideFinalization, refuseInState, observeFinalization } from "./finalization.ts";
import type { Finalization } from "./finalization-state.ts";
import { decideApproved, markCancelled, observeApproved, observeUnderWay, type SentOnceTerms } from "./sent-once.ts";
import type { RedemptionStart } from "../start.ts";
import type { Fact, Intent, Redeem, RedemptionIntent, Refusal, Step } from "../step.ts";
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
} from "./redemption-state.ts";

/** A transition between the states that have a redemption request. `applyRedeemTransition` puts the request back. */
type RedeemTransition = Transition<Redeeming | Redeemed | RedemptionCompleted | RedemptionDeclined | Finalization>;

/**
 * Starts a redemption with its lookup. Refused (`invalidMessage`) with every fault in the ids or, if they have none, in the lookup.
 *
 * @example
 * startRedemption({ id, lookup: { voucherCode }, confirmationId, reversalId, policy: defaultPolicy, at: Date.now() })
 */
export function startRedemption(start: RedemptionStart): Result<Step<Redemption>, Refusal> {
  return parseRedemptionStart(start).map(beginRedemption);
}

/** As {@link startRedemption}, for a start that was validated when it was made. */
export function beginRedemption(start: RedemptionStart): Step<Redemption> {
  const head: RedemptionHead = { kind: "redemption", id: start.id, start, reconciliation: [] };
  const transition = lookUp(head, 0, start.at, { firstAttempt: 0, startedAt: start.at });
  return toStep(withState(transition.state, head), transition);
}

export function observeRedemption(redemption: Redemption, fact: Fact): Step<Redemption> {
  return isAfterRedeem(redemption)
    ? applyRedeemTransition(redemption, observeAfterRedeem(redemption, fact))
    : applyTransition(redemption, observeLookup(redemption, fact));
}

export function decideRedemption(redemption: Redemption, intent: Intent): Result<Step<Redemption>, Refusal> {
  if (!isRedemptionIntent(intent)) return err({ type: "wrongKind", intent: intent.type });
  if (isAfterRedeem(redemption)) {
    return decideAfterRedeem(redemption, intent).map((transition) => applyRedeemTransition(redemption, transition));
  }
  if (intent.type !== "redeem")
    return decideLookup(redemption, intent).map((transition) => applyTransition(redemption, transition));
  return redemption.state === "found"
    ? startRedeeming(redemption, intent).map((transition) => applyTransition(redemption, transition))
    : err(refuseInState(intent, redemption.state, redemption.state === "abandoned" ? redemption.at : undefined));
}

const isAfterRedeem = (redemption: Redemption): redemption is Redemption<AfterRedeem> => "redeem" in redemption;

/** A confirmation of a redemption has no tenders: it is a BasicAdvice. */
const isRedemptionIntent = (intent: Intent): intent is RedemptionIntent =>
  intent.type !== "confirm" || intent.tenders === undefined;

// --- facts: a function for each state ---

function observeAfterRedeem(current: Redemption<AfterRedeem>, fact: Fact): RedeemTransition {
  // A late response to a lookup says nothing of the redemption.
  if (fact.type === "response" && fact.attempt < current.redeem.attempt) return { state: current, ignored: "late" };
  // By `switch`, as for a provision.
  switch (current.state) {
    case "redeeming":
      return observeUnderWay(termsOf(current), current, fact);
    case "redeemed":
      return observeApproved(termsOf(current), current, fact);
    case "completed":
      return recordSecondVoucher(requestOf(current), current, fact);
    case "declined":
      return recordLateApproval(requestOf(current), current, fact);
    default:
      return observeFinalization(termsOf(current), requestOf(current), current, fact);
  }
}

// --- intents ---

function startRedeeming(
  current: Redemption<Found>,
  { request, policy, override, digest, at }: Redeem,
): Result<Transition<AfterRedeem>, Refusal> {
  return checkMatchesLookup(current, request).map(() => {
    const attempt = current.attempt + 1;
    const { replyDeadlineMs, customerWaitMs = replyDeadlineMs } = policy ?? current.start.policy;
    const deadlineAt = at + Math.min(replyDeadlineMs, customerWaitMs);
    return {
      state: {
        state: "redeeming",
        deadlineAt,
        redeem: {
          request: withoutPin(request),
          attempt,
          at,
          ...(policy === undefined ? {} : { policy }),
          ...(override === undefined ? {} : { override }),
          ...(digest === undefined ? {} : { digest }),
        },
      },
      command: { type: "sendRequest", attempt, request: { operation: "redeemVoucher", message: request }, deadlineAt },
    };
  });
}

/** Only what was looked up may be redeemed: this transaction, and the voucher that was asked for and found. */
function checkMatchesLookup(
  { id, start, response }: Redemption<Found>,
  { id: requestId, voucher: { code } }: RedemptionRequest,
): Result<void, Refusal> {
  if (requestId !== id) return err({ type: "lookupMismatch", field: "id" });
  const { voucherCode = "" } = start.lookup;
  const isAnother = (voucherCode !== "" && voucherCode !== code) || namesAnother(codeIn(response), code);
  return isAnother ? err({ type: "lookupMismatch", field: "voucher.code" }) : ok();
}

function decideAfterRedeem(
  current: Redemption<AfterRedeem>,
  intent: RedemptionIntent,
): Result<RedeemTransition, Refusal> {
  const refused = err(refuseInState(intent, current.state, "cancelledAt" in current ? current.cancelledAt : undefined));
  if (intent.type === "redeem") {
    return sameJson(withoutPin(intent.request), current.redeem.request)
      ? ok({ state: current })
      : err({ type: "contentDiffers", intent: intent.type, decidedAt: current.redeem.at });
  }
  return match(current)
    .returnType<Result<RedeemTransition, Refusal>>()
    .with({ state: "redeeming" }, (state) =>
      intent.type === "cancel" ? ok({ state: markCancelled(state, intent.at) }) : refused,
    )
    .with({ state: "redeemed" }, (state) => decideApproved(termsOf(state), state, intent, refused))
    .with({ state: "declined" }, (state) => (intent.type === "cancel" ? ok({ state }) : refused))
    .with({ state: "completed" }, () => refused)
    .otherwise((state) => decideFinalization(state, intent));
}

// --- parts of transitions ---

const requestOf = ({ redeem }: RedeemFields): OutgoingMessage<"redeemVoucher"> => ({
  operation: "redeemVoucher",
  message: redeem.request,
});

const termsOf = (head: RedemptionHead & RedeemFields): SentOnceTerms<"redeemed"> => ({
  message: head.redeem.request,
  confirmationId: head.start.confirmationId,
  confirm: "confirmRedeem",
  reversalId: head.start.reversalId,
  reverse: "reverseRedeem",
  policy: policyInForce(head),
  request: requestOf(head),
  attempt: head.redeem.attempt,
  approved: "redeemed",
});

function applyRedeemTransition(current: Redemption<AfterRedeem>, transition: RedeemTransition): Step<Redemption> {
  const state = transition.state === current ? current : { ...transition.state, redeem: current.redeem };
  return applyTransition(current, { ...transition, state });
}

function applyTransition(current: Redemption, transition: Transition<RedemptionState>): Step<Redemption> {
  const reconciliation = addItems(current.reconciliation, transition.items);
  const isUnchanged = transition.state === current && reconciliation === current.reconciliation;
  return toStep(isUnchanged ? current : withState(transition.state, { ...current, reconciliation }), transition);
}

const withState = (
  state: RedemptionState,
  { kind, id, start, reconciliation, handedOver }: RedemptionHead,
): Redemption => ({
  ...state,
  kind,
  id,
  start,
  reconciliation,
  ...(handedOver === undefined ? {} : { handedOver }),
});
