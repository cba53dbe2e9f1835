import {
  type Advice,
  decode,
  decodeEntry,
  type Entry,
  type Instant,
  sameJson,
  type Transaction,
} from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import { adviceOf, requestOf } from "../../messages-of.ts";
import type { CommitTurn } from "../till/activity.ts";
import type { Invariant } from "./invariants.ts";
import { approvalIn, goesAgainst, hasEnded, marksOwed, wantsAttention } from "./promises.ts";
import { leaks, replays, scrubbed, type Stepped } from "./replaying.ts";

/** What a commit breaks of the invariants that are about one step. */
export function brokenByCommit({ change, stepped, at }: CommitTurn): Invariant | undefined {
  const { before, entry, transaction: after } = stepped;
  const step: Stepped = { ...(before === undefined ? {} : { before }), entry, after };
  if (before !== undefined && hasEnded(before) && !differsByMarksAlone(before, after)) return "oneFinalState";
  if (!tellsTheTruth(change, after)) return "outboxKnows";
  const stored = decodeEntry(change.entry).unwrapOr(undefined);
  if (stored === undefined || !replays({ ...step, entry: stored })) return "journalReplays";
  if (leaks(step)) return "noSecret";
  if (!replays(scrubbed(step))) return "scrubbedReplays";
  if (!waitsAsLongAsAllowed(before, after, at)) return "policyKept";
  if (before === undefined) return after.marks.length === 0 ? undefined : "marked";
  const advice = adviceOf(after);
  if (advice !== undefined && adviceOf(before) === undefined && !echoes(before, entry, advice))
    return "identifiersEchoed";
  return isMarked(before, entry, after) ? undefined : "marked";
}

/** What is broken where an entry changes nothing: somebody was told that it stands, or met what a person must see. */
export function brokenByRest(entry: Entry, stands: Transaction): Invariant | undefined {
  const granted = entry.type === "intent" ? entry.intent.type : undefined;
  if ((granted === "confirm" || granted === "cancel") && goesAgainst(granted, stands)) return "decisionStands";
  return isMarked(stands, entry, stands) ? undefined : "marked";
}

const differsByMarksAlone = (before: Transaction, after: Transaction): boolean =>
  sameJson({ ...before, marks: [] }, { ...after, marks: [] });

const tellsTheTruth = (change: Change, after: Transaction): boolean =>
  change.id === after.id &&
  change.kind === after.kind &&
  change.state === after.state &&
  change.final === hasEnded(after) &&
  change.attention === wantsAttention(after) &&
  decode(change.record)
    .map((stored) => sameJson(stored, after))
    .unwrapOr(false);

/** Whether it has the marks that it had and those that are owed, and no more. */
function isMarked(before: Transaction, entry: Entry, after: Transaction): boolean {
  const owed = new Set([...before.marks.map(({ reason }) => reason), ...marksOwed(before, entry, after)]);
  return owed.size === after.marks.length && after.marks.every(({ reason }) => owed.has(reason));
}

/**
 * An attempt waits for its answer no longer than the policy says, and an approval for the till's decision as long as that: for
 * ever, or so long.
 */
function waitsAsLongAsAllowed(before: Transaction | undefined, after: Transaction, at: Instant): boolean {
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
function echoes(before: Transaction, entry: Entry, advice: Advice): boolean {
  const approved = approvalOf(before, entry)?.["thirdPartyIdentifiers"];
  return sameJson(advice.message.thirdPartyIdentifiers, approved ?? requestOf(before)?.thirdPartyIdentifiers);
}

/** The approval that stands, or that the entry brings in time. */
function approvalOf(before: Transaction, entry: Entry): ReturnType<typeof approvalIn> {
  if ("approval" in before) return before.approval.response;
  const isInTime = entry.type === "fact" && "deadlineAt" in before && entry.fact.at <= before.deadlineAt;
  return isInTime ? approvalIn(before, entry.fact) : undefined;
}
