import { type Advice, decode, decodeEntry, type Entry, type Instant, type Transaction } from "@electrum-vouchers/core";
import { sameJson } from "@electrum-vouchers/testkit";
import type { Change } from "@electrum-vouchers/core/ports";
import { adviceOf, requestOf } from "../../transaction-messages.ts";
import type { CommitActivity } from "../till/activity.ts";
import type { Invariant } from "./invariants.ts";
import { findApproval, contradicts, hasEnded, expectedReconciliation, requiresAttention } from "./promises.ts";
import { leaksSecret, isReplayable, redactStep, type JournalledStep } from "./replay.ts";

/** What a commit breaks of the invariants that are about one step. */
export function checkCommit({ change, committedStep }: CommitActivity): Invariant | undefined {
  const { before, entry, transaction: after } = committedStep;
  const step: JournalledStep = { ...(before === undefined ? {} : { before }), entry, after };
  if (before !== undefined && hasEnded(before) && !differsByReconciliationOnly(before, after)) return "oneFinalState";
  if (!isAccurate(change, after)) return "outboxAccurate";
  const stored = decodeEntry(change.entry).unwrapOr(undefined);
  if (stored === undefined || !isReplayable({ ...step, entry: stored })) return "journalReplays";
  if (leaksSecret(step)) return "noSecret";
  if (!isReplayable(redactStep(step))) return "redactedReplays";
  if (!keepsDeadlines(before, after, change.at)) return "policyKept";
  if (before === undefined) return after.reconciliation.length === 0 ? undefined : "reconciliationListed";
  const advice = adviceOf(after);
  if (advice !== undefined && adviceOf(before) === undefined && !echoesIdentifiers(before, entry, advice))
    return "identifiersEchoed";
  return isReconciliationComplete(before, entry, after) ? undefined : "reconciliationListed";
}

/** What is broken where an entry changes nothing: somebody was told that it stands, or met what a person must see. */
export function checkUnchanged(entry: Entry, unchanged: Transaction): Invariant | undefined {
  const granted = entry.type === "intent" ? entry.intent.type : undefined;
  if ((granted === "confirm" || granted === "cancel") && contradicts(granted, unchanged)) return "decisionKept";
  return isReconciliationComplete(unchanged, entry, unchanged) ? undefined : "reconciliationListed";
}

const differsByReconciliationOnly = (before: Transaction, after: Transaction): boolean =>
  sameJson({ ...before, reconciliation: [] }, { ...after, reconciliation: [] });

const isAccurate = (change: Change, after: Transaction): boolean =>
  change.id === after.id &&
  change.kind === after.kind &&
  change.state === after.state &&
  change.final === hasEnded(after) &&
  change.needsAttention === requiresAttention(after) &&
  decode(change.record)
    .map((stored) => sameJson(stored, after))
    .unwrapOr(false);

/** Whether it has the marks that it had and those that are owed, and no more. */
function isReconciliationComplete(before: Transaction, entry: Entry, after: Transaction): boolean {
  const expected = new Set([
    ...before.reconciliation.map(({ reason }) => reason),
    ...expectedReconciliation(before, entry, after),
  ]);
  return (
    expected.size === after.reconciliation.length && after.reconciliation.every(({ reason }) => expected.has(reason))
  );
}

/**
 * An attempt waits for its answer no longer than the policy says, and an approval for the till's decision as long as that: for
 * ever, or so long.
 */
function keepsDeadlines(before: Transaction | undefined, after: Transaction, at: Instant): boolean {
  const { decisionDeadlineMs, replyDeadlineMs } = after.start.policy;
  if ("deadlineAt" in after) {
    // A decision that was made before the attempt, and stored after its start, leaves the deadline as it is.
    const isUnderWay = before !== undefined && "deadlineAt" in before && before.deadlineAt === after.deadlineAt;
    return isUnderWay || after.deadlineAt <= at + replyDeadlineMs;
  }
  if (after.state !== "issued" && after.state !== "redeemed") return true;
  return after.decideBy === (decisionDeadlineMs === undefined ? undefined : after.approval.at + decisionDeadlineMs);
}

/** An advice repeats the identifiers of the last approval, or, where there was none, of the request. */
function echoesIdentifiers(before: Transaction, entry: Entry, advice: Advice): boolean {
  const approved = approvalOf(before, entry)?.["thirdPartyIdentifiers"];
  return sameJson(advice.message.thirdPartyIdentifiers, approved ?? requestOf(before)?.thirdPartyIdentifiers);
}

/** The approval that stands, or that the entry brings in time. */
function approvalOf(before: Transaction, entry: Entry): ReturnType<typeof findApproval> {
  if ("approval" in before) return before.approval.response;
  const isInTime = entry.type === "fact" && "deadlineAt" in before && entry.fact.at <= before.deadlineAt;
  return isInTime ? findApproval(before, entry.fact) : undefined;
}
