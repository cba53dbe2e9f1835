import type { MessageFault } from "./fault.ts";
import type { HttpResponse, NoResponseCause } from "./responses/http-response.ts";
import type { MessageReferences } from "./messages/advices.ts";
import type { Amounts, LedgerAmount } from "./messages/amounts.ts";
import type { RedemptionRequest } from "./messages/redemption.ts";
import type { Tender } from "./messages/tender.ts";
import type { Uuid } from "./messages/uuid.ts";
import type { Advice, Request } from "./messages/operations.ts";
import type { Policy } from "./policy.ts";
import type { InputDigest } from "./input-digest.ts";
import type { Instant } from "./time.ts";

/** A transaction as it is now, and the command to execute. A transaction waits for one thing at a time. */
export interface Step<Transaction> {
  readonly transaction: Transaction;
  /** Empty after an intent: what is under way goes on. Empty after the fact that it waited for: nothing is under way. */
  readonly commands: readonly [] | readonly [Command];
  /** Present if the fact did not change the state. It may still have added a reconciliation item. */
  readonly ignored?: Ignored;
}

/**
 * Why a fact was ignored.
 *
 * - `late`: it is about an attempt that is no longer the current one, or the transaction has moved on
 * - `notAcknowledged`: the response does not acknowledge the advice, which must be repeated
 * - `unexpected`: nothing in this state waits for it
 */
export type Ignored = "late" | "notAcknowledged" | "unexpected";

/** What the caller must do next. The core returns it and never executes it. */
export type Command = SendRequest | QueueAdvice | WakeAt;

export interface SendRequest {
  readonly type: "sendRequest";
  readonly attempt: number;
  readonly request: Request;
  /** After this moment the request must not be sent, and a response counts as none. */
  readonly deadlineAt: Instant;
}

/** An advice to deliver. Store it in the same commit as the state: this is the transactional outbox. */
export interface QueueAdvice {
  readonly type: "queueAdvice";
  readonly advice: Advice;
  /** A reversal never overtakes its request: this is the latest deadline of all attempts that got no response. */
  readonly notBefore: Instant;
}

/** At this time, feed the fact `timerFact(command, now)`. */
export interface WakeAt {
  readonly type: "wakeAt";
  readonly timer: Timer;
  readonly attempt: number;
  readonly at: Instant;
}

/**
 * - `replyDeadline`: the deadline of an attempt that was under way when its process ended
 * - `retry`, `lookup`: time for the next attempt
 * - `decision`: the till's time to confirm or cancel is over
 * - `expiry`: the till has made nothing of a lookup for so long that it is given up
 */
export type Timer = "replyDeadline" | "retry" | "lookup" | "decision" | "expiry";

/** Something that happened outside. Every state accepts every fact: there is always a next step, never a throw. */
export type Fact =
  | ResponseReceived
  | NoResponseReceived
  | Interruption
  | TimerFired
  | AdviceResponseReceived
  | ClockSetBack;

/** An attempt got a complete response. */
export interface ResponseReceived extends HttpResponse {
  readonly type: "response";
  readonly attempt: number;
  readonly at: Instant;
}

/** An attempt got no complete response. */
export interface NoResponseReceived {
  readonly type: "noResponse";
  readonly attempt: number;
  readonly cause: NoResponseCause;
  readonly at: Instant;
}

/** The process that waited for the response has ended (a crash, a stop), and the attempt's deadline has passed. */
export interface Interruption {
  readonly type: "interruption";
  readonly attempt: number;
  readonly at: Instant;
}

export interface TimerFired {
  readonly type: "timer";
  readonly timer: Exclude<Timer, "replyDeadline">;
  readonly attempt: number;
  readonly at: Instant;
}

/** An advice got a response. The core classifies whether that acknowledges it. */
export interface AdviceResponseReceived extends HttpResponse {
  readonly type: "adviceResponse";
  /** The advice's own id. */
  readonly adviceId: Uuid;
  /** How often the advice had been delivered before, as far as the driver knows. Default 0: this was its first delivery. */
  readonly repeats?: number;
  /** When this delivery went out, for the journal. */
  readonly sentAt?: Instant;
  readonly at: Instant;
}

/**
 * The clock was set back: the transaction's times were taken by a clock that was ahead of `at`. Each wait begins anew, and ends a whole
 * wait of its kind from `at` at the latest.
 */
export interface ClockSetBack {
  readonly type: "clockSetBack";
  readonly at: Instant;
}

/** Something that the till or an operator wants. It can be refused. */
export type Intent = ProvisionIntent | RedemptionIntent | RefundIntent;

export type ProvisionIntent = ConfirmProvision | CommonIntent;

export type RedemptionIntent = LookUpAgain | Redeem | ConfirmRedemption | CommonIntent;

export type RefundIntent = ConfirmRefund | CommonIntent;

/** The intents that every kind of transaction takes. */
export type CommonIntent =
  | HandOverIntent
  | Printed
  | PaymentStarted
  | Cancel
  | Hold
  | Unhold
  | Resend
  | Resolve
  | Reconcile;

/** When something is wanted, and who wants it. */
export interface Intended {
  /** The cashier or the operator: 1 to 100 printable characters. It is journalled, and never sent. */
  readonly by?: string;
  readonly at: Instant;
}

/** Who wants something that needs a reason, and the reason. It is journalled. */
export interface NamedReason {
  /** 1 to 100 printable characters. */
  readonly by: string;
  /** 1 to 1,000 characters. */
  readonly reason: string;
}

/** What an operator wants: who it is, and why, must be said. */
export interface IntendedByOperator extends NamedReason {
  readonly at: Instant;
}

/** The sale stands: the customer has paid, with these tenders. */
export interface ConfirmProvision extends Intended, MessageReferences {
  readonly type: "confirm";
  readonly tenders: readonly Tender[];
  readonly amounts?: Amounts;
  /** The customer is handed the voucher at once: see {@link HandOverIntent}. */
  readonly handOver?: true;
  /** Only redaction sets it. */
  readonly digest?: InputDigest;
}

/** The redemption stands: in full, unless `amounts` says otherwise. */
export interface ConfirmRedemption extends Intended, MessageReferences {
  readonly type: "confirm";
  readonly tenders?: never;
  /** `approvedAmount` is the final amount. It must not exceed the authorised one. */
  readonly amounts?: Amounts;
  /** The customer is handed what there is at once: see {@link HandOverIntent}. */
  readonly handOver?: true;
  /** Only redaction sets it. */
  readonly digest?: InputDigest;
}

/** The refund stands: a confirmation of it says what one of a redemption says. */
export type ConfirmRefund = ConfirmRedemption;

/**
 * The transaction must not happen, or must be undone. The references are for the reversal, if there is one now. Default: those of the
 * request.
 */
export interface Cancel extends Intended, MessageReferences {
  readonly type: "cancel";
  /** An operator cancels, in place of the till. It is journalled, and never sent. */
  readonly operator?: NamedReason;
  /** How much of an approval is reversed, and no more than was authorised. Default: all of it. */
  readonly amounts?: Pick<Amounts, "approvedAmount">;
}

/**
 * The customer is about to pay, so the till can no longer be sure that nothing was paid. From now on the end of the time to decide alerts
 * instead of reversing.
 */
export interface PaymentStarted extends Intended {
  readonly type: "paymentStarted";
  /** What the payment is called where it is made: at most 100 printable characters. It is journalled, and never sent. */
  readonly reference?: string;
}

/** The customer is about to be handed what there is. It is stored before a code is given out. */
export interface HandOverIntent extends Intended {
  readonly type: "handOver";
  /** It was handed over before, and shall be again, as a copy. */
  readonly copy?: NamedReason;
}

/** What the customer is handed was printed. */
export interface Printed extends Intended {
  readonly type: "printed";
}

/** Look the voucher up again, after the lookup failed. */
export interface LookUpAgain extends Intended {
  readonly type: "lookUp";
}

/** Accept the voucher that was found. */
export interface Redeem extends Intended {
  readonly type: "redeem";
  readonly request: RedemptionRequest;
  /** The same voucher is being redeemed by another transaction, and this one shall go on nevertheless. */
  readonly override?: NamedReason;
  /** The policy from now on: only the lookup's response tells which provider the voucher is of. Default: that of the start. */
  readonly policy?: Policy;
  /** Only redaction sets it. */
  readonly digest?: InputDigest;
}

/** An operator wants an advice not to be sent for now. */
export interface Hold extends IntendedByOperator {
  readonly type: "hold";
}

/** An operator wants an advice that was held to be sent. */
export interface Unhold extends IntendedByOperator {
  readonly type: "unhold";
}

/** An operator wants a disputed advice sent again. */
export interface Resend extends IntendedByOperator {
  readonly type: "resend";
}

/** An operator has settled a dispute outside this protocol. */
export interface Resolve extends IntendedByOperator {
  readonly type: "resolve";
  readonly resolution: "confirmed" | "reversed";
}

/** An operator has settled reconciliation items with Electrum or the provider. */
export interface Reconcile extends IntendedByOperator {
  readonly type: "reconcile";
  /** Their numbers: 1 is the transaction's first item. Default: all that are open. */
  readonly items?: readonly number[];
  readonly outcome: ReconciliationOutcome;
}

/**
 * What an operator found out.
 *
 * - `agrees`: Electrum and the provider hold what the transaction says, so nothing was lost
 * - `corrected`: they did not, and it was corrected outside this protocol
 * - `writtenOff`: they did not, and the shop or the provider bears the loss
 */
export type ReconciliationOutcome = "agrees" | "corrected" | "writtenOff";

/** Why a start or an intent was refused. Nothing has changed. */
export type Refusal =
  /** This kind of transaction does not take this intent. */
  | { readonly type: "wrongKind"; readonly intent: string }
  /** It is not possible in this state. */
  | { readonly type: "wrongState"; readonly intent: string; readonly state: string }
  /** The opposite was decided before, by `decision.by` at `decision.at`. */
  | { readonly type: "alreadyDecided"; readonly decision: Decision }
  /** The same intent was accepted before, with other content. */
  | { readonly type: "contentDiffers"; readonly intent: string; readonly decidedAt: Instant }
  /** The transaction was redacted, so it cannot be told whether this is the request that it was redeemed with. */
  | { readonly type: "secretsNotCompared"; readonly intent: string }
  /** The transaction has no reconciliation item of this number. */
  | { readonly type: "noSuchItem"; readonly item: number }
  /** The message breaks Electrum's schema. Lists every fault, with its path. */
  | { readonly type: "invalidMessage"; readonly faults: readonly MessageFault[] }
  /** The policy for the transaction is none. Lists every fault, with its path. Nothing is stored under it. */
  | { readonly type: "invalidPolicy"; readonly faults: readonly MessageFault[] }
  /** There is nothing to hand over: not yet, or not any more. */
  | NothingToHandOver
  /** It was handed over before. A copy needs a person's name, and a reason. */
  | { readonly type: "alreadyHandedOver"; readonly handedOver: HandedOver }
  /** The final amount is more than Electrum authorised, or in another currency. */
  | { readonly type: "notAuthorised"; readonly authorised?: LedgerAmount }
  /** The request is not for the transaction, or not for the voucher, that was looked up. */
  | { readonly type: "lookupMismatch"; readonly field: "id" | "voucher.code" }
  /** What the request names cannot be refunded, or not so much of it. */
  | NotRefundable;

/**
 * What a refund's request names cannot be refunded, or not so much of it.
 *
 * - `noRedemption`: `redemptionId` names a sale or a refund
 * - `notRedeemed`: the redemption does not stand: it is neither confirmed, completed nor resolved as confirmed. `state` is its state
 * - `otherVoucher`: another voucher was redeemed
 * - `tooMuch`: with its other refunds, this one would be more than was redeemed, or it is in another currency. `refundable` is what is left of
 *   the redemption, if that is known
 */
export interface NotRefundable {
  readonly type: "notRefundable";
  readonly reason: "noRedemption" | "notRedeemed" | "otherVoucher" | "tooMuch";
  readonly state?: string;
  readonly refundable?: LedgerAmount;
}

/**
 * There is nothing to hand over.
 *
 * - `undecided`: not yet. The till must confirm first
 * - `undone`: nothing was issued or redeemed in the end
 * - `redacted`: retention has masked the voucher
 */
export interface NothingToHandOver {
  readonly type: "nothingToHandOver";
  readonly reason: "undecided" | "undone" | "redacted";
  readonly state: string;
}

/** That the customer was handed what there was. */
export interface HandedOver extends Intended {
  /** How often it was handed over again. */
  readonly copies: number;
  /** When it was printed, as far as the till has said. */
  readonly printedAt?: Instant;
}

/** Whether a transaction is confirmed or reversed. Decided once, and stored durably before any advice is sent. */
export interface Decision {
  readonly outcome: "confirm" | "reverse";
  /** `till`: its intent · `deadline`: its time to decide was over · `protocol`: the outcome stayed unknown. */
  readonly by: "till" | "deadline" | "protocol";
  readonly at: Instant;
  /** Of a redacted transaction: what the confirmation is recognised by. */
  readonly digest?: InputDigest;
}
