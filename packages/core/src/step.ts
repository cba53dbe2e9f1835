import type { HttpResponse, NoResponseCause } from "./responses/http-response.ts";
import type { Amounts, LedgerAmount } from "./messages/amounts.ts";
import type { MessageFault } from "./messages/parse.ts";
import type { RedemptionRequest } from "./messages/redemption.ts";
import type { Tender } from "./messages/tender.ts";
import type { Uuid } from "./messages/uuid.ts";
import type { Advice, Request } from "./messages/operations.ts";
import type { Policy } from "./policy.ts";
import type { Instant } from "./time.ts";

/** What a transaction is now, and what must be done about it. A transaction waits for one thing at a time. */
export interface Step<Transaction> {
  readonly transaction: Transaction;
  /** No command after an intent: what is under way goes on. None after the fact it waited for: nothing is under way. */
  readonly commands: readonly [] | readonly [Command];
  /** Why the fact did not change the state, where it did not; it may have left a mark. */
  readonly ignored?: Ignored;
}

/**
 * - `late`: it answers an attempt that is no longer the current one, or a transaction that has moved on
 * - `notAcknowledged`: the advice must be repeated
 * - `unexpected`: nothing in this state waits for it
 */
export type Ignored = "late" | "notAcknowledged" | "unexpected";

/** What must now be done; returned by the core, never done by it. */
export type Command = SendRequest | QueueAdvice | WakeAt;

export interface SendRequest {
  readonly type: "sendRequest";
  readonly attempt: number;
  readonly request: Request;
  /** After this moment it must not be sent, and no answer counts. */
  readonly deadlineAt: Instant;
}

/** Store it in the same commit as the state: this is the outbox. */
export interface QueueAdvice {
  readonly type: "queueAdvice";
  readonly advice: Advice;
  /** A reversal never overtakes its request: not before every unanswered attempt is past its deadline. */
  readonly notBefore: Instant;
}

/** Feed the fact `wake(command, at)` at this time. */
export interface WakeAt {
  readonly type: "wakeAt";
  readonly timer: Timer;
  readonly attempt: number;
  readonly at: Instant;
}

/** `replyDeadline`: of an attempt whose owner is gone · `retry`, `lookup`: time for the next attempt · `decision`: the till's time is up. */
export type Timer = "replyDeadline" | "retry" | "lookup" | "decision";

/** Something that happened outside. Facts meet every state: there is always a next step, never a throw. */
export type Fact = ResponseReceived | NoResponseReceived | Interruption | TimerFired | AdviceResponseReceived;

/** An attempt was answered. */
export interface ResponseReceived extends HttpResponse {
  readonly type: "response";
  readonly attempt: number;
  readonly at: Instant;
}

/** An attempt got no complete answer. */
export interface NoResponseReceived {
  readonly type: "noResponse";
  readonly attempt: number;
  readonly cause: NoResponseCause;
  readonly at: Instant;
}

/** Whoever waited for the answer is gone (a crash, a stop), and the attempt's deadline has passed. */
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

/** An advice was answered; the core reads whether that acknowledges it. */
export interface AdviceResponseReceived extends HttpResponse {
  readonly type: "adviceResponse";
  /** The advice's own id. */
  readonly adviceId: Uuid;
  /** How often the advice had been delivered before, as far as the driver knows. Default 0: this was its first delivery. */
  readonly repeats?: number;
  readonly at: Instant;
}

/** Something the till or a person wants; it can be refused. */
export type Intent = ProvisionIntent | RedemptionIntent;

export type ProvisionIntent = ConfirmProvision | Cancel | Resend | Resolve;

export type RedemptionIntent = LookUpAgain | Redeem | ConfirmRedemption | Cancel | Resend | Resolve;

/** The sale stands: the customer has paid, in this way. */
export interface ConfirmProvision {
  readonly type: "confirm";
  readonly tenders: readonly Tender[];
  readonly amounts?: Amounts;
  readonly at: Instant;
}

/** The redemption stands. Without amounts, in full. */
export interface ConfirmRedemption {
  readonly type: "confirm";
  readonly tenders?: never;
  /** `approvedAmount` is the final amount, not more than was authorised. */
  readonly amounts?: Amounts;
  readonly at: Instant;
}

/** It shall not happen, or be undone. */
export interface Cancel {
  readonly type: "cancel";
  readonly at: Instant;
}

/** Ask Electrum for the voucher once more, after it was not found. */
export interface LookUpAgain {
  readonly type: "lookUp";
  readonly at: Instant;
}

/** Accept the voucher that was found. */
export interface Redeem {
  readonly type: "redeem";
  readonly request: RedemptionRequest;
  /** The policy from now on: only the lookup's answer tells which provider the voucher is of. Default: that of the start. */
  readonly policy?: Policy;
  readonly at: Instant;
}

/** A person wants a disputed advice sent again. */
export interface Resend {
  readonly type: "resend";
  readonly at: Instant;
}

/** A person has settled a dispute outside this protocol. */
export interface Resolve {
  readonly type: "resolve";
  readonly resolution: "confirmed" | "reversed";
  /** Who settled it. */
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
}

/** Why an intent was refused. Nothing has changed. */
export type Refusal =
  /** This kind of transaction knows no such intent. */
  | { readonly type: "wrongKind"; readonly intent: string }
  /** Not in this state. */
  | { readonly type: "wrongState"; readonly intent: string; readonly state: string }
  /** The opposite was decided, and when. */
  | { readonly type: "alreadyDecided"; readonly decision: Decision }
  /** The same was wanted before, with other content. */
  | { readonly type: "contentDiffers"; readonly intent: string; readonly decidedAt: Instant }
  /** It breaks Electrum's schema: every fault, with its path. */
  | { readonly type: "invalidMessage"; readonly faults: readonly MessageFault[] }
  /** More than Electrum authorised, or in another currency. */
  | { readonly type: "notAuthorised"; readonly authorised?: LedgerAmount }
  /** Not the transaction, or not the voucher, that was looked up. */
  | { readonly type: "lookupMismatch"; readonly field: "id" | "voucher.code" };

/** Which way a transaction goes, decided once and durably before any advice is sent. */
export interface Decision {
  readonly outcome: "confirm" | "reverse";
  /** The till's intent · its decision deadline · the protocol, after an outcome that stayed unknown. */
  readonly by: "till" | "deadline" | "protocol";
  readonly at: Instant;
}
