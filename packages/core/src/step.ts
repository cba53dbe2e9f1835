import type { HttpResponse, NoResponseCause } from "./responses/http-response.ts";
import type { Amounts, LedgerAmount } from "./messages/amounts.ts";
import type { MessageFault } from "./messages/parse.ts";
import type { RedemptionRequest } from "./messages/redemption.ts";
import type { Tender } from "./messages/tender.ts";
import type { Uuid } from "./messages/uuid.ts";
import type { Advice, Request } from "./messages/operations.ts";
import type { Policy } from "./policy.ts";
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
 */
export type Timer = "replyDeadline" | "retry" | "lookup" | "decision";

/** Something that happened outside. Every state accepts every fact: there is always a next step, never a throw. */
export type Fact = ResponseReceived | NoResponseReceived | Interruption | TimerFired | AdviceResponseReceived;

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
  readonly timer: "retry" | "lookup" | "decision";
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
  readonly at: Instant;
}

/** Something that the till or an operator wants. It can be refused. */
export type Intent = ProvisionIntent | RedemptionIntent;

export type ProvisionIntent = ConfirmProvision | Cancel | Resend | Resolve;

export type RedemptionIntent = LookUpAgain | Redeem | ConfirmRedemption | Cancel | Resend | Resolve;

/** The sale stands: the customer has paid, with these tenders. */
export interface ConfirmProvision {
  readonly type: "confirm";
  readonly tenders: readonly Tender[];
  readonly amounts?: Amounts;
  readonly at: Instant;
}

/** The redemption stands: in full, unless `amounts` says otherwise. */
export interface ConfirmRedemption {
  readonly type: "confirm";
  readonly tenders?: never;
  /** `approvedAmount` is the final amount. It must not exceed the authorised one. */
  readonly amounts?: Amounts;
  readonly at: Instant;
}

/** The transaction must not happen, or must be undone. */
export interface Cancel {
  readonly type: "cancel";
  readonly at: Instant;
}

/** Look the voucher up again, after the lookup failed. */
export interface LookUpAgain {
  readonly type: "lookUp";
  readonly at: Instant;
}

/** Accept the voucher that was found. */
export interface Redeem {
  readonly type: "redeem";
  readonly request: RedemptionRequest;
  /** The policy from now on: only the lookup's response tells which provider the voucher is of. Default: that of the start. */
  readonly policy?: Policy;
  readonly at: Instant;
}

/** An operator wants a disputed advice sent again. */
export interface Resend {
  readonly type: "resend";
  readonly at: Instant;
}

/** An operator has settled a dispute outside this protocol. */
export interface Resolve {
  readonly type: "resolve";
  readonly resolution: "confirmed" | "reversed";
  /** The operator who settled it. */
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
}

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
  /** The message breaks Electrum's schema. Lists every fault, with its path. */
  | { readonly type: "invalidMessage"; readonly faults: readonly MessageFault[] }
  /** The final amount is more than Electrum authorised, or in another currency. */
  | { readonly type: "notAuthorised"; readonly authorised?: LedgerAmount }
  /** The request is not for the transaction, or not for the voucher, that was looked up. */
  | { readonly type: "lookupMismatch"; readonly field: "id" | "voucher.code" };

/** Whether a transaction is confirmed or reversed. Decided once, and stored durably before any advice is sent. */
export interface Decision {
  readonly outcome: "confirm" | "reverse";
  /** `till`: its intent · `deadline`: its time to decide was over · `protocol`: the outcome stayed unknown. */
  readonly by: "till" | "deadline" | "protocol";
  readonly at: Instant;
}
