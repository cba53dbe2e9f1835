import { err, ok, type Result } from "neverthrow";
import { match } from "ts-pattern";
import { type Acknowledged, readAcknowledgement } from "./acknowledgement.ts";
import type { Doubt } from "./doubt.ts";
import { isJsonObject, type JsonObject, sameJson } from "./json.ts";
import type { BasicAdvice, ReversalReason } from "./messages/advices.ts";
import type { Amounts, LedgerAmount } from "./messages/amounts.ts";
import type { ThirdPartyIdentifier } from "./messages/parties.ts";
import type { Uuid } from "./messages/uuid.ts";
import type { Advice, Request } from "./operations.ts";
import { lateOr, type Move } from "./move.ts";
import type { Policy, ProviderProfile } from "./policy.ts";
import { readReply } from "./reply.ts";
import type { AdviceAnswered, Decision, Fact, Intent, QueueAdvice, Refusal, Resolve, WakeAt } from "./step.ts";
import { type Instant, toDateTime } from "./time.ts";
import type { Approval, Confirming, Mark, Reversing, Settlement } from "./settlement-state.ts";

/** How long the till may take over an approval, in dual messaging: for ever, or until its decision timer. */
export function awaitDecision(
  policy: Policy,
  { attempt, at }: Approval,
): { readonly decideBy?: Instant; readonly command?: WakeAt } {
  if (policy.decisionDeadlineMs === undefined) return {};
  const decideBy = at + policy.decisionDeadlineMs;
  return { decideBy, command: { type: "wakeAt", timer: "decision", attempt, at: decideBy } };
}

/** Whether the till's time is up. A policy that waits for ever knows no such moment, whoever says that it has come. */
export const endsDecision = (
  { approval, decideBy }: { readonly approval: Approval; readonly decideBy?: Instant },
  fact: Fact,
): boolean =>
  fact.type === "timer" && fact.timer === "decision" && fact.attempt === approval.attempt && decideBy !== undefined;

/** The transaction ended without handing anything out: an approval that comes now is evidence for a person. */
export function lateApproval<State>(request: Request, state: State, fact: Fact): Move<State> {
  if (fact.type !== "reply") return { state, ignored: lateOr(fact) };
  const reading = readReply(request, fact);
  if (reading.outcome !== "approved") return { state, ignored: "late" };
  const { attempt, at } = fact;
  return { state, ignored: "late", mark: { reason: "lateApproval", at, attempt, response: reading.response } };
}

/** What a settlement must know of its transaction. */
export interface SettlementTerms {
  readonly requestId: Uuid;
  readonly reversalId: Uuid;
  readonly reverse: "reverseVoucher" | "reverseRedeem";
  readonly provider: ProviderProfile;
  /** Of the original request: echoed where no response had any. */
  readonly thirdPartyIdentifiers: readonly ThirdPartyIdentifier[];
}

/** What every advice carries. */
export const adviceFields = (
  id: Uuid,
  terms: Pick<SettlementTerms, "requestId" | "thirdPartyIdentifiers">,
  response: JsonObject | undefined,
  at: Instant,
): BasicAdvice => ({
  id,
  requestId: terms.requestId,
  time: toDateTime(at),
  thirdPartyIdentifiers: identifiersOf(response) ?? terms.thirdPartyIdentifiers,
});

// Echoed unaltered, whatever they hold: one party must never change another's entry.
function identifiersOf(response: JsonObject | undefined): BasicAdvice["thirdPartyIdentifiers"] | undefined {
  const received = response?.["thirdPartyIdentifiers"];
  return Array.isArray(received) ? received : undefined;
}

export const queue = (state: Confirming | Reversing): QueueAdvice => ({
  type: "queueAdvice",
  advice: state.advice,
  notBefore: state.state === "reversing" ? state.notBefore : state.decision.at,
});

export function startConfirming(approval: Approval, advice: Confirming["advice"], at: Instant): Move<Confirming> {
  const state: Confirming = { state: "confirming", decision: { outcome: "confirm", by: "till", at }, approval, advice };
  return { state, command: queue(state) };
}

/** Why a transaction is reversed: an approval that was seen is undone, or there is nothing but doubt. */
export type ReversalCause =
  | { readonly approval: Approval; readonly doubt?: Doubt }
  | { readonly approval?: never; readonly doubt: Doubt };

export function startReversing(
  terms: SettlementTerms,
  decision: Decision,
  at: Instant,
  { approval, doubt }: ReversalCause,
): Move<Reversing> {
  // CANCELLED once an approval was seen; else what was first unknown says why.
  const reversalReason: ReversalReason = approval === undefined ? doubt.reason : "CANCELLED";
  const state: Reversing = {
    state: "reversing",
    decision,
    advice: {
      operation: terms.reverse,
      message: { ...adviceFields(terms.reversalId, terms, approval?.response, at), reversalReason },
    },
    notBefore: Math.max(at, doubt?.unansweredUntil ?? at),
    ...(doubt === undefined ? {} : { doubt }),
  };
  return { state, command: queue(state) };
}

/** A fact meets a settlement: the answer to its advice, or what comes too late. `request` is what was approved or in doubt. */
export function observeSettlement(
  terms: SettlementTerms,
  request: Request,
  current: Settlement,
  fact: Fact,
): Move<Settlement> {
  if (fact.type === "adviceAnswered") return observeAnswer(terms, current, fact);
  return current.state === "reversed" || current.state === "disputed"
    ? lateApproval(request, current, fact)
    : { state: current, ignored: lateOr(fact) };
}

function observeAnswer(terms: SettlementTerms, current: Settlement, fact: AdviceAnswered): Move<Settlement> {
  if (current.state !== "confirming" && current.state !== "reversing") return { state: current, ignored: "late" };
  if (fact.adviceId !== current.advice.message.id) return { state: current, ignored: "unexpected" };
  const { at } = fact;
  return match(readAcknowledgement(current.advice, fact))
    .returnType<Move<Settlement>>()
    .with({ outcome: "acknowledged" }, ({ how }) => acknowledge(terms, current, how, at))
    .with({ outcome: "repeat" }, { outcome: "halt" }, () => ({ state: current, ignored: "notAcknowledged" }))
    .with({ outcome: "refused" }, { outcome: "contradicted" }, ({ outcome, error }) => ({
      state: { state: "disputed", of: bare(current), dispute: { reason: outcome, error, at } },
    }))
    .exhaustive();
}

/** The settlement alone, without the rest of its transaction. */
function bare(current: Confirming | Reversing): Confirming | Reversing {
  const { state, decision } = current;
  if (state === "confirming") return { state, decision, approval: current.approval, advice: current.advice };
  const { advice, notBefore, doubt } = current;
  return { state, decision, advice, notBefore, ...(doubt === undefined ? {} : { doubt }) };
}

function acknowledge(
  terms: SettlementTerms,
  current: Confirming | Reversing,
  how: Acknowledged,
  at: Instant,
): Move<Settlement> {
  if (current.state === "confirming") {
    const { decision, approval, advice } = current;
    const mark: Mark = { reason: "confirmationAmbiguous", at };
    return {
      state: { state: "confirmed", decision, approval, advice, how, at },
      ...(how === "notRedeemed" ? { mark } : {}),
    };
  }
  const { decision, advice, doubt } = current;
  const mark: Mark = { reason: "providerTakesNoReversals", at, provider: terms.provider.name };
  return {
    state: { state: "reversed", decision, advice, ...(doubt === undefined ? {} : { doubt }), how, at },
    ...(terms.provider.takesReversals ? {} : { mark }),
  };
}

/** An intent meets a settlement. The same again changes nothing; the opposite is refused, and who decided when is said. */
export function decideSettlement(current: Settlement, intent: Intent): Result<Move<Settlement>, Refusal> {
  switch (intent.type) {
    case "confirm":
      return confirmAgain(current, intent);
    case "cancel":
      return decisionOf(current).outcome === "reverse"
        ? ok({ state: current })
        : err({ type: "alreadyDecided", decision: decisionOf(current) });
    case "resend":
      return resend(current, intent.type);
    case "resolve":
      return resolve(current, intent);
    default:
      return err({ type: "notNow", intent: intent.type, state: current.state });
  }
}

/** Who decided to reverse an attempt that was under way: the till that had cancelled it, or the protocol. */
export const decisionToReverse = (cancelledAt: Instant | undefined, at: Instant): Decision =>
  cancelledAt === undefined
    ? { outcome: "reverse", by: "protocol", at }
    : { outcome: "reverse", by: "till", at: cancelledAt };

/** Why an intent has no place before a settlement: the till had decided the opposite, or it comes too soon or too late. */
export const notNow = (intent: Intent, state: string, cancelledAt: Instant | undefined): Refusal =>
  cancelledAt !== undefined && (intent.type === "confirm" || intent.type === "redeem")
    ? { type: "alreadyDecided", decision: decisionToReverse(cancelledAt, cancelledAt) }
    : { type: "notNow", intent: intent.type, state };

/** The one decision of a settlement, whatever has become of it. */
const decisionOf = (current: Settlement): Decision =>
  current.state === "disputed" || current.state === "resolved" ? current.of.decision : current.decision;

function confirmAgain(
  current: Settlement,
  intent: Extract<Intent, { type: "confirm" }>,
): Result<Move<Settlement>, Refusal> {
  const { advice, decision } = current.state === "disputed" || current.state === "resolved" ? current.of : current;
  if (decision.outcome === "reverse") return err({ type: "alreadyDecided", decision });
  return saysTheSame(advice, intent)
    ? ok({ state: current })
    : err({ type: "otherContent", intent: intent.type, decidedAt: decision.at });
}

const saysTheSame = (advice: Advice, intent: Extract<Intent, { type: "confirm" }>): boolean =>
  sameJson("tenders" in advice.message ? advice.message.tenders : undefined, intent.tenders) &&
  sameJson(advice.message.amounts, intent.amounts);

function resend(current: Settlement, intent: string): Result<Move<Settlement>, Refusal> {
  if (current.state === "confirming" || current.state === "reversing") return ok({ state: current });
  if (current.state !== "disputed") return err({ type: "notNow", intent, state: current.state });
  return ok({ state: current.of, command: queue(current.of) });
}

function resolve(current: Settlement, { type, ...resolution }: Resolve): Result<Move<Settlement>, Refusal> {
  if (current.state === "disputed") {
    return ok({ state: { state: "resolved", of: current.of, dispute: current.dispute, resolution } });
  }
  if (current.state !== "resolved") return err({ type: "notNow", intent: type, state: current.state });
  const { at: decidedAt, ...resolved } = current.resolution;
  const { at: _at, ...wanted } = resolution;
  return sameJson(resolved, wanted) ? ok({ state: current }) : err({ type: "otherContent", intent: type, decidedAt });
}

/** The amount that Electrum authorised: as approved, else as requested. */
export const authorisedAmount = (response: JsonObject, requested: Amounts | undefined): LedgerAmount | undefined =>
  approvedAmount(response) ?? requested?.requestAmount;

function approvedAmount(response: JsonObject): LedgerAmount | undefined {
  const amounts = response["amounts"];
  const approved = isJsonObject(amounts) ? amounts["approvedAmount"] : undefined;
  if (!isJsonObject(approved)) return undefined;
  const { amount, currency } = approved;
  // One beyond what a number holds is read as infinite, and stored as null: it says nothing, before a restart and after.
  return typeof amount === "number" && Number.isFinite(amount) && typeof currency === "string"
    ? { amount, currency }
    : undefined;
}

/** The final amount of a confirmation must not exceed the authorised one; without one, Electrum will judge. */
export function checkFinalAmount(
  amounts: Amounts | undefined,
  authorised: LedgerAmount | undefined,
): Result<void, Refusal> {
  const final = amounts?.approvedAmount;
  if (final === undefined || authorised === undefined) return ok();
  return final.currency === authorised.currency && final.amount <= authorised.amount
    ? ok()
    : err({ type: "notAuthorised", authorised });
}
