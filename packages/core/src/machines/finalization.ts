// The part that every kind of transaction shares: how it is finalized after an approval, or after an outcome that stayed
// unknown. One advice, a confirmation or a reversal, is decided once and delivered until Electrum acknowledges it.
//
//   confirming ── acknowledged ──▶ confirmed        reversing ── acknowledged ──▶ reversed       (hold: nothing is due until unhold)
//        └── refused for good, or contradicted ──▶ disputed ── resend ──▶ confirming or reversing, the same advice
//                                                      └───── resolve ──▶ resolved
//
// Rules
// 1. A transaction owes one advice in its life, never both kinds (contract E.1). Its id was made at the start, so that it is
//    the same message after a crash.
// 2. An acknowledgement says that Electrum has received the advice, not that it agrees. What contradicts our decision never
//    causes the opposite advice: it is a dispute, and an operator decides.
// 3. `thirdPartyIdentifiers` go back unaltered: those of the response, else those of the request (contract E.5).
// 4. The reversal's reason is CANCELLED once an approval was received; else the first unknown outcome gives it.
// 5. What an operator must check outside this protocol is a *reconciliation item*. One may be added even to a final state.
//
// What it does not know: which kind of transaction it finalizes. `FinalizationTerms` tells it the few things that differ.

import { err, ok, type Result } from "neverthrow";
import { match } from "ts-pattern";
import { type Acknowledgement, classifyAdviceResponse } from "../responses/advice-outcome.ts";
import type { InDoubt } from "./in-doubt.ts";
import { type JsonObject, sameJson } from "../json.ts";
import type { BasicAdvice, MessageReferences, ReversalReason } from "../messages/advices.ts";
import type { Amounts } from "../messages/amounts.ts";
import type { TransactionFields } from "../messages/transaction-fields.ts";
import type { Uuid } from "../messages/uuid.ts";
import type { Advice, Request, Reversal } from "../messages/operations.ts";
import { approvalIn, findSecondVoucher, recordLateApproval, recordSecondVoucher } from "./late-responses.ts";
import { ignoredBecause, type Transition } from "./transition.ts";
import type { Policy, ProviderProfile } from "../policy.ts";
import type { AdviceResponseReceived, Decision, Fact, Intent, QueueAdvice, Refusal, Resolve } from "../step.ts";
import { type Instant, toDateTime } from "../time.ts";
import type { Approval, Confirming, Evidence, Reversing, Finalization } from "./finalization-state.ts";

/** What finalization needs to know of the transaction. */
export interface FinalizationTerms {
  /** The message of the original request. What of it the advice repeats is taken from here, if neither the intent nor a response says otherwise. */
  readonly message: Pick<TransactionFields, "id" | "thirdPartyIdentifiers" | "stan" | "rrn">;
  readonly reversalId: Uuid;
  readonly reverse: Reversal["operation"];
  readonly policy: Policy;
}

/** The fields that every advice has. */
export const buildAdvice = (
  id: Uuid,
  { message }: Pick<FinalizationTerms, "message">,
  response: JsonObject | undefined,
  { at, stan = message.stan, rrn = message.rrn, amounts }: AdviceContent,
): BasicAdvice => ({
  id,
  requestId: message.id,
  time: toDateTime(at),
  thirdPartyIdentifiers: identifiersOf(response) ?? message.thirdPartyIdentifiers,
  ...(stan === undefined ? {} : { stan }),
  ...(rrn === undefined ? {} : { rrn }),
  ...(amounts === undefined ? {} : { amounts }),
});

/** What an intent says for its advice, and when. */
export interface AdviceContent extends MessageReferences {
  readonly amounts?: Amounts;
  readonly at: Instant;
}

// Echoed unaltered and unchecked: one party must never change another's entry.
function identifiersOf(response: JsonObject | undefined): BasicAdvice["thirdPartyIdentifiers"] | undefined {
  const received = response?.["thirdPartyIdentifiers"];
  return Array.isArray(received) ? received : undefined;
}

export const queueAdviceFor = (state: Confirming | Reversing): QueueAdvice => ({
  type: "queueAdvice",
  advice: state.advice,
  notBefore: deliverableFrom(state),
});

/** From when the advice may be delivered. */
export const deliverableFrom = ({
  notBefore,
  decision,
}: {
  readonly notBefore?: Instant;
  readonly decision: Decision;
}): Instant => notBefore ?? decision.at;

export function startConfirming(
  approval: Approval,
  advice: Confirming["advice"],
  { at, digest }: Pick<Extract<Intent, { type: "confirm" }>, "at" | "digest">,
): Transition<Confirming> {
  const decision: Decision = { outcome: "confirm", by: "till", at, ...(digest === undefined ? {} : { digest }) };
  const state: Confirming = { state: "confirming", decision, approval, advice };
  return { state, command: queueAdviceFor(state) };
}

/** Why a transaction is reversed: an approval was received and is undone, or the outcome is unknown. */
export type ReversalCause =
  | { readonly approval: Approval; readonly inDoubt?: InDoubt }
  | { readonly approval?: never; readonly inDoubt: InDoubt };

export function startReversing(
  terms: FinalizationTerms,
  decision: Decision,
  content: AdviceContent,
  { approval, inDoubt }: ReversalCause,
): Transition<Reversing> {
  // CANCELLED once an approval was received; else the first unknown outcome gives the reason.
  const reversalReason: ReversalReason = approval === undefined ? inDoubt.reason : "CANCELLED";
  const state: Reversing = {
    state: "reversing",
    decision,
    advice: {
      operation: terms.reverse,
      message: { ...buildAdvice(terms.reversalId, terms, approval?.response, content), reversalReason },
    },
    notBefore: Math.max(content.at, inDoubt?.latestDeadlineAt ?? content.at),
    ...(inDoubt === undefined ? {} : { inDoubt }),
  };
  return { state, command: queueAdviceFor(state) };
}

/** Applies a fact: the response to the advice, or one that comes too late. `request` is what was approved or is in doubt. */
export function observeFinalization(
  terms: FinalizationTerms,
  request: Request,
  current: Finalization,
  fact: Fact,
): Transition<Finalization> {
  if (fact.type === "adviceResponse") return observeAdviceResponse(terms, current, fact);
  switch (current.state) {
    case "reversed":
    case "disputed":
      return recordLateApproval(request, current, fact);
    case "reversing": {
      if (current.lateApproval !== undefined) {
        return { state: current, ...findSecondVoucher(request, current.lateApproval, fact) };
      }
      const lateApproval = approvalIn(request, fact);
      const state = lateApproval === undefined ? current : { ...current, lateApproval };
      return { state, ignored: ignoredBecause(fact) };
    }
    case "confirming":
    case "confirmed":
      return recordSecondVoucher(request, current, fact);
    case "resolved":
      return { state: current, ignored: ignoredBecause(fact) };
  }
}

function observeAdviceResponse(
  terms: FinalizationTerms,
  current: Finalization,
  fact: AdviceResponseReceived,
): Transition<Finalization> {
  if (current.state !== "confirming" && current.state !== "reversing") return { state: current, ignored: "late" };
  if (fact.adviceId !== current.advice.message.id) return { state: current, ignored: "unexpected" };
  const { at } = fact;
  return match(classifyAdviceResponse(current.advice, fact))
    .returnType<Transition<Finalization>>()
    .with({ outcome: "acknowledged" }, ({ acknowledgement }) => acknowledge(terms, current, acknowledgement, fact))
    .with({ outcome: "unnamed" }, ({ acknowledgement }) =>
      at >= deliverableFrom(current) + terms.policy.unnamedRepeatMs
        ? acknowledge(terms, current, acknowledgement, fact)
        : { state: current, ignored: "notAcknowledged" },
    )
    .with({ outcome: "repeat" }, { outcome: "halt" }, () => ({ state: current, ignored: "notAcknowledged" }))
    .with({ outcome: "refused" }, { outcome: "contradicted" }, ({ outcome, error }) => ({
      state: { state: "disputed", finalizing: advicePart(current), dispute: { reason: outcome, error, at } },
    }))
    .exhaustive();
}

/** The finalization alone, without the rest of its transaction. */
function advicePart(current: Confirming | Reversing): Confirming | Reversing {
  const { state, decision } = current;
  if (state === "confirming") {
    const { approval, advice, notBefore } = current;
    return { state, decision, approval, advice, ...(notBefore === undefined ? {} : { notBefore }) };
  }
  const { advice, notBefore, inDoubt, lateApproval } = current;
  return {
    state,
    decision,
    advice,
    notBefore,
    ...(inDoubt === undefined ? {} : { inDoubt }),
    ...(lateApproval === undefined ? {} : { lateApproval }),
  };
}

function acknowledge(
  terms: FinalizationTerms,
  current: Confirming | Reversing,
  acknowledgement: Acknowledgement,
  fact: AdviceResponseReceived,
): Transition<Finalization> {
  const { at } = fact;
  if (current.state === "confirming") {
    const { decision, approval, advice } = current;
    return {
      state: { state: "confirmed", decision, approval, advice, acknowledgement, at },
      items: ambiguities(acknowledgement, fact),
    };
  }
  const { decision, advice, inDoubt } = current;
  return {
    state: { state: "reversed", decision, advice, ...(inDoubt === undefined ? {} : { inDoubt }), acknowledgement, at },
    items: [
      ...(terms.policy.provider.takesReversals ? [] : [providerTakesNoReversals(terms.policy.provider, at)]),
      ...(acknowledgement === "notFound" ? lostApproval(current, fact) : []),
      ...ambiguities(acknowledgement, fact),
    ],
  };
}

const providerTakesNoReversals = ({ name }: ProviderProfile, at: Instant): Evidence => ({
  reason: "providerTakesNoReversals",
  at,
  provider: name,
});

/** What an acknowledgement leaves open. */
function ambiguities(acknowledgement: Acknowledgement, { at, status }: AdviceResponseReceived): readonly Evidence[] {
  if (acknowledgement === "notRedeemed" || acknowledgement === "notRefunded")
    return [{ reason: "confirmationAmbiguous", at }];
  return acknowledgement === "unnamed" ? [{ reason: "acknowledgedUnnamed", at, status }] : [];
}

/**
 * "Nothing to undo" is hard to believe if the 404 has no body, since a gateway may say so, too; and if Electrum had approved the
 * request and this is the first delivery, since then there was something to undo.
 */
function lostApproval(
  { advice, lateApproval }: Reversing,
  { at, status, body, repeats = 0 }: AdviceResponseReceived,
): readonly Evidence[] {
  const wasApproved = lateApproval !== undefined || advice.message.reversalReason === "CANCELLED";
  if (body.trim() !== "" && !(wasApproved && repeats === 0)) return [];
  const approval = lateApproval === undefined ? {} : { approval: lateApproval };
  return [{ reason: "reversalNotFound", at, status, ...approval }];
}

/** Applies an intent. The same again changes nothing. The opposite is refused, with the decision that was made. */
export function decideFinalization(current: Finalization, intent: Intent): Result<Transition<Finalization>, Refusal> {
  switch (intent.type) {
    case "confirm":
      return confirmAgain(current, intent);
    case "cancel":
      return cancelAgain(current, intent);
    case "paymentStarted":
      return decisionOf(current).outcome === "confirm"
        ? ok({ state: current })
        : err({ type: "alreadyDecided", decision: decisionOf(current) });
    case "hold":
    case "unhold":
      return hold(current, intent);
    case "resend":
      return resend(current, intent.type);
    case "resolve":
      return resolve(current, intent);
    default:
      return err({ type: "wrongState", intent: intent.type, state: current.state });
  }
}

/** The decision to reverse an attempt that was under way: by the till if it had cancelled it, else by the protocol. */
export const decisionToReverse = (cancelledAt: Instant | undefined, at: Instant): Decision =>
  cancelledAt === undefined
    ? { outcome: "reverse", by: "protocol", at }
    : { outcome: "reverse", by: "till", at: cancelledAt };

/** Why an intent is refused before finalization: the till had decided the opposite, or it comes too soon or too late. */
export const refuseInState = (intent: Intent, state: string, cancelledAt: Instant | undefined): Refusal =>
  cancelledAt !== undefined &&
  (intent.type === "confirm" || intent.type === "redeem" || intent.type === "paymentStarted")
    ? { type: "alreadyDecided", decision: decisionToReverse(cancelledAt, cancelledAt) }
    : { type: "wrongState", intent: intent.type, state };

/** The one decision of a transaction, in any of these states, and its advice. */
const adviceOf = (current: Finalization): { readonly advice: Advice; readonly decision: Decision } =>
  current.state === "disputed" || current.state === "resolved" ? current.finalizing : current;

const decisionOf = (current: Finalization): Decision => adviceOf(current).decision;

function cancelAgain(
  current: Finalization,
  { type, amounts }: Extract<Intent, { type: "cancel" }>,
): Result<Transition<Finalization>, Refusal> {
  const { advice, decision } = adviceOf(current);
  if (decision.outcome !== "reverse") return err({ type: "alreadyDecided", decision });
  return sameJson(advice.message.amounts, amounts)
    ? ok({ state: current })
    : err({ type: "contentDiffers", intent: type, decidedAt: decision.at });
}

function confirmAgain(
  current: Finalization,
  intent: Extract<Intent, { type: "confirm" }>,
): Result<Transition<Finalization>, Refusal> {
  const { advice, decision } = adviceOf(current);
  if (decision.outcome === "reverse") return err({ type: "alreadyDecided", decision });
  return hasSameContent(advice, intent)
    ? ok({ state: current })
    : err({ type: "contentDiffers", intent: intent.type, decidedAt: decision.at });
}

const hasSameContent = (advice: Advice, intent: Extract<Intent, { type: "confirm" }>): boolean =>
  sameJson("tenders" in advice.message ? advice.message.tenders : undefined, intent.tenders) &&
  sameJson(advice.message.amounts, intent.amounts);

function hold(
  current: Finalization,
  { type, ...held }: Extract<Intent, { type: "hold" | "unhold" }>,
): Result<Transition<Finalization>, Refusal> {
  if (current.state !== "confirming" && current.state !== "reversing")
    return err({ type: "wrongState", intent: type, state: current.state });
  const isHeld = current.held !== undefined;
  if (isHeld === (type === "hold")) return ok({ state: current });
  if (type === "hold") return ok({ state: { ...advicePart(current), held } });
  const state = advicePart(current);
  return ok({ state, command: queueAdviceFor(state) });
}

function resend(current: Finalization, intent: string): Result<Transition<Finalization>, Refusal> {
  if (current.state === "confirming" || current.state === "reversing") return ok({ state: current });
  if (current.state !== "disputed") return err({ type: "wrongState", intent, state: current.state });
  return ok({ state: current.finalizing, command: queueAdviceFor(current.finalizing) });
}

function resolve(current: Finalization, { type, ...resolution }: Resolve): Result<Transition<Finalization>, Refusal> {
  if (current.state === "disputed") {
    return ok({ state: { state: "resolved", finalizing: current.finalizing, dispute: current.dispute, resolution } });
  }
  if (current.state !== "resolved") return err({ type: "wrongState", intent: type, state: current.state });
  const { at: decidedAt, ...resolved } = current.resolution;
  const { at: _at, ...wanted } = resolution;
  return sameJson(resolved, wanted) ? ok({ state: current }) : err({ type: "contentDiffers", intent: type, decidedAt });
}
