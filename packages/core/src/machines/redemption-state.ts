import type { UnknownOutcome } from "./in-doubt.ts";
import type { JsonObject } from "../json.ts";
import type { RedemptionRequest } from "../messages/redemption.ts";
import type { Uuid } from "../messages/uuid.ts";
import type { ErrorResponse } from "../responses/request-outcome.ts";
import type { ReconciliationItem, Finalization } from "./finalization-state.ts";
import type { AwaitingDecision, SentOnceCompleted, SentOnceDeclined, UnderWay } from "./sent-once-state.ts";
import type { RedemptionStart } from "../start.ts";
import type { Policy } from "../policy.ts";
import type { InputDigest } from "../input-digest.ts";
import type { HandedOver, NamedReason } from "../step.ts";
import type { Instant } from "../time.ts";

/** The acceptance of one voucher, in any state; `Redemption<Found>` is one in that state. */
export type Redemption<State extends RedemptionState = RedemptionState> = State extends RedemptionState
  ? RedemptionHead & State
  : never;

/** The fields that every redemption has, in any state. */
export interface RedemptionHead {
  readonly kind: "redemption";
  /** The id that its request must have. */
  readonly id: Uuid;
  readonly start: RedemptionStart;
  readonly reconciliation: readonly ReconciliationItem[];
  /** Absent: nothing was handed over. */
  readonly handedOver?: HandedOver;
}

export type RedemptionState = LookingUp | WaitingToLookUp | LookupFailed | Found | Abandoned | AfterRedeem;

/** A round of lookups. It begins with the start, or when the till asks again after the lookup failed. */
export interface LookupRound {
  readonly firstAttempt: number;
  readonly startedAt: Instant;
}

/** A lookup is under way. */
export interface LookingUp {
  readonly state: "lookingUp";
  /** Attempts are counted over lookups and the redemption together, so that each number names one message. */
  readonly attempt: number;
  readonly deadlineAt: Instant;
  readonly round: LookupRound;
}

/** The lookup's outcome is unknown; the next lookup starts at `lookUpAt`. */
export interface WaitingToLookUp {
  readonly state: "waitingToLookUp";
  readonly attempt: number;
  readonly lookUpAt: Instant;
  readonly round: LookupRound;
}

/** The voucher was not found, or Electrum did not say. The till may look it up again, or cancel. */
export interface LookupFailed {
  readonly state: "lookupFailed";
  readonly attempt: number;
  readonly at: Instant;
  /** When it is given up if the till does nothing. */
  readonly expiresAt: Instant;
  readonly reason: LookupFailure;
  /** The error response, from Electrum or from something else; absent if none came. */
  readonly error?: ErrorResponse;
  /** Why the outcome stayed unknown, if it did. */
  readonly unknown?: UnknownOutcome;
}

/**
 * Why a lookup failed.
 *
 * - `noSuchVoucher`: Electrum or the provider knows no such voucher
 * - `refused`: Electrum refused to look it up
 * - `notOffered`: Electrum or the provider offers no lookup
 * - `noAnswer`: no response, or none that says anything, after every repeat
 * - `foreign`: the response was not Electrum's
 */
export type LookupFailure = "noSuchVoucher" | "refused" | "notOffered" | "noAnswer" | "foreign";

/** The till sees the voucher and decides whether to redeem it. */
export interface Found {
  readonly state: "found";
  readonly attempt: number;
  readonly at: Instant;
  /** When it is given up if the till does nothing. */
  readonly expiresAt: Instant;
  readonly response: JsonObject;
}

/** Final: cancelled before anything was redeemed. Nothing is owed. */
export interface Abandoned {
  readonly state: "abandoned";
  readonly at: Instant;
}

/** The states that have a redemption request. */
export type AfterRedeem = RedeemFields &
  (Redeeming | Redeemed | RedemptionCompleted | RedemptionDeclined | Finalization);

export interface RedeemFields {
  readonly redeem: {
    readonly request: RedemptionRequest;
    readonly attempt: number;
    readonly at: Instant;
    /** The policy from here on; that of the start if absent. */
    readonly policy?: Policy;
    /** Another redemption of the same voucher was open, and the caller has let this one begin, by name. */
    readonly override?: NamedReason;
    /** Of a redacted redemption: what the request is recognised by. */
    readonly digest?: InputDigest;
  };
}

/** `redeemVoucher` is under way. Electrum has no retry for it. */
export interface Redeeming extends UnderWay {
  readonly state: "redeeming";
}

/** Dual messaging: the voucher is redeemed. The till must confirm or cancel. */
export type Redeemed = AwaitingDecision<"redeemed">;

/** Final, single messaging: the approval completes the redemption. */
export type RedemptionCompleted = SentOnceCompleted;

/** Final: a hard decline. Nothing is owed. Another attempt is a new transaction with a new id. */
export type RedemptionDeclined = SentOnceDeclined;
