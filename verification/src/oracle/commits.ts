import { type Advice, decode, decodeEntry, type Entry, type Instant, type Transaction } from "@electrum-vouchers/core";
import { sameJson } from "@electrum-vouchers/testkit";
import type { Change } from "@electrum-vouchers/core/ports";
import type { Invariant } from "./invariants.ts";
import { adviceOf, requestOf } from "./messages.ts";
import { approvalOf, contradicts, expectedReconciliation, hasEnded, requiresAttention } from "./promises.ts";
import { isReplayable, type JournalledStep, leaksSecret, redactStep } from "./replay.ts";

/** A step that becomes durable. */
export interface DurableStep {
  readonly before?: Transaction | undefined;
  readonly after: Transaction;
  readonly change: Change;
}

/** What a commit breaks of the invariants that are about one step. */
export function checkCommit({ before, after, change }: DurableStep): Invariant | undefined {
  if (before !== undefined && hasEnded(before) && !differsByReconciliationOnly(before, after)) return "oneFinalState";
  if (!isAccurate(change, after)) return "outboxAccurate";
  const entry = decodeEntry(change.entry).unwrapOr(undefined);
  if (entry === undefined) return "journalReplays";
  const step: JournalledStep = { ...(before === undefined ? {} : { before }), entry, after };
  if (!isReplayable(step)) return "journalReplays";
  if (leaksSecret(step)) return "noSecret";
  if (!isReplayable(redactStep(step))) return "redactedReplays";
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

/** Whether the reconciliation list has the items that it had, those that are owed now, and no more. */
function isReconciliationComplete(before: Transaction, entry: Entry, after: Transaction): boolean {
  const expected = new Set([
    ...before.reconciliation.map(({ reason }) => reason),
    ...expectedReconciliation(before, entry, after),
  ]);
  return (
    expected.size === after.reconciliation.length && after.reconciliation.every(({ reason }) => expected.has(reason))
  );
}

/** An attempt waits for its response no longer than the policy says. An approval waits for the decision as long as it says. */
function keepsDeadlines(before: Transaction | undefined, after: Transaction, at: Instant): boolean {
  const { decisionDeadlineMs, replyDeadlineMs } = after.start.policy;
  if ("deadlineAt" in after) {
    // If a decision was made before the attempt and stored after its start, the attempt keeps its deadline.
    const isUnderWay = before !== undefined && "deadlineAt" in before && before.deadlineAt === after.deadlineAt;
    return isUnderWay || after.deadlineAt <= at + replyDeadlineMs;
  }
  if (after.state !== "issued" && after.state !== "redeemed") return true;
  return after.decideBy === (decisionDeadlineMs === undefined ? undefined : after.approval.at + decisionDeadlineMs);
}

/** An advice repeats the identifiers of the last approval or, if there was none, of the request. */
function echoesIdentifiers(before: Transaction, entry: Entry, advice: Advice): boolean {
  const approved = approvalOf(before, entry)?.["thirdPartyIdentifiers"];
  return sameJson(advice.message.thirdPartyIdentifiers, approved ?? requestOf(before)?.thirdPartyIdentifiers);
}
