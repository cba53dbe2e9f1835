import { err, ok, type Result } from "neverthrow";
import { match } from "ts-pattern";
import { type Unknown, unknownAnswer } from "../doubt.ts";
import { endsAttempt, lateOr, type Move } from "../move.ts";
import type { Request } from "../operations.ts";
import { pauseMs } from "../policy.ts";
import { readReply } from "../reply.ts";
import type { RedemptionStart } from "../start.ts";
import type { Fact, Refusal, RedemptionIntent, SendRequest } from "../step.ts";
import type { Instant } from "../time.ts";
import type {
  Abandoned,
  Found,
  LookingUp,
  LookupRound,
  NotFound,
  Redemption,
  RedemptionHead,
  WaitingToLookUp,
} from "./state.ts";

/** Before anything is redeemed: the lookups, which have no financial effect and owe no advice. */
export type LookupPhase = LookingUp | WaitingToLookUp | NotFound | Found | Abandoned;

type LookupMove = Move<LookupPhase>;

export function lookUp(head: RedemptionHead, attempt: number, at: Instant, round: LookupRound): LookupMove {
  const deadlineAt = Math.min(at + head.start.policy.replyDeadlineMs, patienceEndsAt(head.start, round));
  const command: SendRequest = { type: "sendRequest", attempt, request: lookupOf(head), deadlineAt };
  return { state: { state: "lookingUp", attempt, deadlineAt, round }, command };
}

const patienceEndsAt = ({ policy }: RedemptionStart, round: LookupRound): Instant =>
  policy.customerWaitMs === undefined ? Number.POSITIVE_INFINITY : round.startedAt + policy.customerWaitMs;

const lookupOf = (head: RedemptionHead): Request => ({ operation: "lookupVoucher", message: head.start.lookup });

export function observeLookup(current: Redemption<LookupPhase>, fact: Fact): LookupMove {
  return match(current)
    .returnType<LookupMove>()
    .with({ state: "lookingUp" }, (state) => lookingUp(state, fact))
    .with({ state: "waitingToLookUp" }, (state) => waitingToLookUp(state, fact))
    .with({ state: "notFound" }, { state: "found" }, { state: "abandoned" }, (state) => ({
      state,
      ignored: lateOr(fact),
    }))
    .exhaustive();
}

function lookingUp(current: Redemption<LookingUp>, fact: Fact): LookupMove {
  if (!endsAttempt(fact)) return { state: current, ignored: "unexpected" };
  if (fact.attempt !== current.attempt) return { state: current, ignored: "late" };
  const { attempt, deadlineAt } = current;
  const { at } = fact;
  if (fact.type === "interruption") return stillUnknown(current, { attempt, at, cause: "interruption" });
  if (fact.type === "silence") return stillUnknown(current, { attempt, at, cause: fact.cause });
  if (at > deadlineAt) return stillUnknown(current, { attempt, at, cause: "deadline" });
  return match(readReply(lookupOf(current), fact))
    .returnType<LookupMove>()
    .with({ outcome: "approved" }, ({ response }) => ({ state: { state: "found", attempt, at, response } }))
    .with({ outcome: "declined" }, ({ error }) => ({
      state: { state: "notFound", attempt, at, reason: { type: "declined", error } },
    }))
    .with({ outcome: "unknown" }, (reading) => stillUnknown(current, unknownAnswer(attempt, at, reading)))
    .exhaustive();
}

/** A lookup may be repeated until it succeeds; the policy bounds how often in one round. */
function stillUnknown(current: Redemption<LookingUp>, unknown: Unknown): LookupMove {
  const { attempt, round, start, id } = current;
  const { at } = unknown;
  const repeat = attempt - round.firstAttempt;
  const lookUpAt = at + pauseMs(start.policy.lookupDelay, repeat, id);
  if (repeat >= start.policy.lookupRepeats || lookUpAt >= patienceEndsAt(start, round)) {
    return { state: { state: "notFound", attempt, at, reason: { type: "unknown", ...unknown } } };
  }
  return {
    state: { state: "waitingToLookUp", attempt, lookUpAt, round },
    command: { type: "wakeAt", timer: "lookup", attempt, at: lookUpAt },
  };
}

function waitingToLookUp(current: Redemption<WaitingToLookUp>, fact: Fact): LookupMove {
  const isItsTimer = fact.type === "timer" && fact.timer === "lookup" && fact.attempt === current.attempt;
  return isItsTimer
    ? lookUp(current, current.attempt + 1, fact.at, current.round)
    : { state: current, ignored: lateOr(fact) };
}

/** Intents of the lookup phase but `redeem`. */
export function decideLookup(
  current: Redemption<LookupPhase>,
  intent: Exclude<RedemptionIntent, { type: "redeem" }>,
): Result<LookupMove, Refusal> {
  const { at } = intent;
  if (intent.type === "cancel") {
    return ok({ state: current.state === "abandoned" ? current : { state: "abandoned", at } });
  }
  if (intent.type === "lookUp") {
    if (current.state === "notFound") {
      const attempt = current.attempt + 1;
      return ok(lookUp(current, attempt, at, { firstAttempt: attempt, startedAt: at }));
    }
    // The same again: it is under way, or done.
    if (current.state !== "abandoned") return ok({ state: current });
  }
  return err({ type: "notNow", intent: intent.type, state: current.state });
}
