import { type Advice, decode, decodeEntry, type Entry, type Instant, type Transaction } from "@electrum-vouchers/core";
import { sameJson } from "@electrum-vouchers/testkit";
import type { Change } from "@electrum-vouchers/core/ports";
import type { Invariant } from "./invariants.ts";
import { adviceOf, requestOf } from "./messages.ts";
import {
  approvalOf,
  contradicts,
  expectedReconciliation,
  hasEnded,
  holdsKey,
  isHeld,
  requiresAttention,
} from "./promises.ts";
import { asksForVoucher, awaitsVoucher, isMarkedAsGiven } from "./marks.ts";
import { isReplayable, isReplayableRedacted, type JournalledStep, leaksSecret } from "./replay.ts";
import { areRepeatsKnown } from "./repeats.ts";

/** A step that becomes durable. */
export interface DurableStep {
  readonly before?: Transaction | undefined;
  readonly after: Transaction;
  readonly change: Change;
}

/** What a commit breaks of the invariants that are about one step. */
export function checkCommit({ before, after, change }: DurableStep): Invariant | undefined {
  if (before !== undefined && hasEnded(before) && !differsByAdditionsOnly(before, after)) return "oneFinalState";
  if (!isAccurate(change, after) || !givesKeyBack(change, before, after)) return "outboxAccurate";
  const entry = decodeEntry(change.entry).unwrapOr(undefined);
  // A repair, and a delivery, are no steps: no till commits one.
  if (entry === undefined || entry.type === "delivery" || entry.type === "repair") return "journalReplays";
  if (entry.state !== after.state) return "journalReplays";
  const step: JournalledStep = { ...(before === undefined ? {} : { before }), entry, after };
  if (!isReplayable(step)) return "journalReplays";
  if (leaksSecret(step)) return "noSecret";
  if (!isReplayableRedacted(step)) return "redactedReplays";
  if (!isMarkedAsGiven(before, entry, after)) return "handOverMarked";
  if (hasEnded(after) && !areRepeatsKnown(after)) return "repeatsKnown";
  if (!keepsDeadlines(before, after, change.at)) return "policyKept";
  if (before === undefined) return after.reconciliation.length === 0 ? undefined : "reconciliationListed";
  const advice = adviceOf(after);
  if (advice !== undefined && adviceOf(before) === undefined && !echoesIdentifiers(before, entry, advice))
    return "identifiersEchoed";
  return isReconciliationComplete(before, entry, after) ? undefined : "reconciliationListed";
}

/** What is broken by an entry that changes nothing: a caller was told that a decision stands, or the operator was told nothing. */
export function checkUnchanged(entry: Entry, unchanged: Transaction): Invariant | undefined {
  const accepted = entry.type === "intent" ? entry.intent.type : undefined;
  if ((accepted === "confirm" || accepted === "cancel") && contradicts(accepted, unchanged)) return "decisionKept";
  // A caller whose call was accepted is given the voucher.
  if (asksForVoucher(entry)) return "handOverMarked";
  return isReconciliationComplete(unchanged, entry, unchanged) ? undefined : "reconciliationListed";
}

/** What may be added to a final state: items, and that its voucher was handed over. */
const differsByAdditionsOnly = (before: Transaction, after: Transaction): boolean =>
  sameJson(withoutAdditions(before), withoutAdditions(after)) &&
  (before.handedOver === undefined || after.handedOver !== undefined);

const withoutAdditions = ({ reconciliation: _items, handedOver: _mark, ...rest }: Transaction) => rest;

const isAccurate = (change: Change, after: Transaction): boolean =>
  change.id === after.id &&
  change.kind === after.kind &&
  change.state === after.state &&
  change.final === hasEnded(after) &&
  change.needsAttention === requiresAttention(after) &&
  !(isHeld(after) && change.due !== undefined) &&
  // Only a provider's response says whether a redemption or a refund leaves another voucher.
  (after.kind !== "provision" || (change.toHandOver === true) === awaitsVoucher(after)) &&
  decode(change.record)
    .map((stored) => sameJson(stored, after))
    .unwrapOr(false);

/** Whether the key of a transaction is given back exactly when a second one could do no harm any more. */
const givesKeyBack = ({ exclusiveKey }: Change, before: Transaction | undefined, after: Transaction): boolean =>
  (exclusiveKey === null) === (before !== undefined && holdsKey(before) && !holdsKey(after));

/**
 * Whether the reconciliation list has the items that it had, those that are owed now, and no more. What an operator has settled need not come
 * up again.
 */
function isReconciliationComplete(before: Transaction, entry: Entry, after: Transaction): boolean {
  const kept = after.reconciliation.slice(0, before.reconciliation.length);
  const added = after.reconciliation.slice(before.reconciliation.length).map(({ reason }) => reason);
  const owed = new Set(expectedReconciliation(before, entry, after));
  for (const { reason, settled } of before.reconciliation) if (settled === undefined) owed.delete(reason);
  const isSettledBefore = (reason: string): boolean => before.reconciliation.some((item) => item.reason === reason);
  return (
    kept.length === before.reconciliation.length &&
    kept.every(({ reason }, index) => reason === before.reconciliation[index]?.reason) &&
    new Set(added).size === added.length &&
    added.every((reason) => owed.has(reason)) &&
    [...owed].every((reason) => added.includes(reason) || isSettledBefore(reason))
  );
}

/** An attempt waits for its response no longer than the policy says. An approval waits for the decision as long as it says. */
function keepsDeadlines(before: Transaction | undefined, after: Transaction, at: Instant): boolean {
  const { policy } = after.start;
  const { decisionDeadlineMs, replyDeadlineMs } = policy;
  if ("deadlineAt" in after) {
    // If a decision was made before the attempt and stored after its start, the attempt keeps its deadline.
    const isUnderWay = before !== undefined && "deadlineAt" in before && before.deadlineAt === after.deadlineAt;
    return isUnderWay || after.deadlineAt <= at + replyDeadlineMs;
  }
  if (after.state === "reversing" && before !== undefined && isUndecided(before) && after.decision.by === "deadline")
    return before.payment === undefined && policy.onDecisionDeadline === "reverse";
  if (!isUndecided(after)) return true;
  // The time to decide ends once, and then an operator decides.
  if (after.overdueAt !== undefined) return after.decideBy === undefined && after.overdueAt <= at;
  if (decisionDeadlineMs === undefined || after.decideBy === undefined) return after.decideBy === decisionDeadlineMs;
  const decideBy = before?.state === after.state ? before.decideBy : after.approval.at + decisionDeadlineMs;
  // If the clock was set back, the wait began anew.
  return after.decideBy === decideBy || after.decideBy === at + decisionDeadlineMs;
}

type Undecided = Extract<Transaction, { state: "issued" | "redeemed" | "refunded" }>;

const isUndecided = (transaction: Transaction): transaction is Undecided =>
  transaction.state === "issued" || transaction.state === "redeemed" || transaction.state === "refunded";

/** An advice repeats the identifiers of the last approval or, if there was none, of the request. */
function echoesIdentifiers(before: Transaction, entry: Entry, advice: Advice): boolean {
  const approved = approvalOf(before, entry)?.["thirdPartyIdentifiers"];
  return sameJson(advice.message.thirdPartyIdentifiers, approved ?? requestOf(before)?.thirdPartyIdentifiers);
}
