import {
  attentionOf,
  type ErrorResponse,
  type LedgerAmount,
  type LookupFailure,
  type MessageFault,
  type NotRefundable,
  type NothingToHandOver,
  type Outlook,
  printable,
  type Refusal,
  type TransactionView,
  type UnknownOutcome,
} from "@electrum-vouchers/core";
import type { TillError } from "@electrum-vouchers/runtime";
import { describeNoResponse } from "./no-response.ts";

/** What a transaction's state means, for the cashier. */
export function describeState(transaction: TransactionView): string {
  switch (transaction.state) {
    case "requesting":
    case "redeeming":
    case "lookingUp":
      return "waiting for a response";
    case "waitingToRetry":
    case "waitingToLookUp":
      return "the next attempt is due soon";
    case "issued":
    case "redeemed":
    case "refunded":
    case "found":
      return "waits for the till to decide";
    case "lookupFailed":
      return `the lookup failed: ${describeLookupFailure(transaction)}`;
    case "abandoned":
      return "given up before anything was redeemed";
    case "completed":
      return "done";
    case "declined":
      return `declined: ${describeError(transaction.error)}`;
    case "confirming":
      return "decided; Electrum has not acknowledged the confirmation yet";
    case "reversing":
      return "decided; Electrum has not acknowledged the reversal yet";
    case "confirmed":
      return "done; Electrum has acknowledged the confirmation";
    case "reversed":
      return `Electrum has acknowledged the reversal (${transaction.advice.message.reversalReason})`;
    case "disputed":
      return `Electrum disagrees: ${describeError(transaction.dispute.error)}`;
    case "resolved":
      return `settled by ${printable(transaction.resolution.by)}: ${printable(transaction.resolution.reason)}`;
  }
}

type LookupFailed = Extract<TransactionView, { state: "lookupFailed" }>;

/** What Electrum said, if it said anything, and what that means for the voucher. */
const describeLookupFailure = ({ reason, error, unknown }: LookupFailed): string =>
  [
    error === undefined ? undefined : describeError(error),
    unknown === undefined ? undefined : describeUnknown(unknown),
    lookupFailures[reason],
  ]
    .filter((part) => part !== undefined)
    .join("; ");

const lookupFailures: Readonly<Record<LookupFailure, string>> = {
  noSuchVoucher: "no such voucher is known",
  refused: "Electrum refused to look it up",
  notOffered: "lookups are not offered for this voucher",
  noAnswer: "nothing is known of the voucher; look it up again",
  foreign: "nothing is known of the voucher, since Electrum did not send the response",
};

function describeUnknown({ cause, error }: UnknownOutcome): string {
  if (error !== undefined) return describeError(error);
  switch (cause) {
    case "interruption":
      return "the till was interrupted";
    case "status":
    case "errorType":
    case "foreign":
    case "noVoucher":
      return "no usable response";
    default:
      return describeNoResponse(cause);
  }
}

export const describeError = ({ status, errorType, errorMessage }: ErrorResponse): string =>
  [String(status), errorType, errorMessage === undefined ? undefined : `(${errorMessage})`]
    .filter((part) => part !== undefined)
    .map(printable)
    .join(" ");

/** What an operator must know and do about a transaction, as the core explains it. */
export const attentionLines = (transaction: TransactionView): readonly string[] =>
  attentionOf(transaction).flatMap(({ meaning, check, settledBy }) => [
    `attention: ${meaning}`,
    `  what to do: ${check}`,
    `  settled by: ${settledBy}`,
  ]);

/** Why the till did not do what it was asked to do. */
export function describeTillError(error: TillError): string {
  switch (error.type) {
    case "refused":
      return `refused: ${describeRefusal(error.refusal)}`;
    case "idInUse":
      return "another request has used this id; expected a new id (see --new-id)";
    case "nothingToHandOver":
      return `there is nothing to hand over: ${nothingToHandOver[error.reason]}`;
    case "alreadyHandedOver":
      return `it was handed over at ${new Date(error.handedOver.at).toISOString()}; again it is a copy, which needs a name and a reason (see --copy)`;
    case "unknownTransaction":
      return "no such transaction";
    case "lookupTooEarly":
      return `refused: it is still ${error.state}, and must not be looked up yet`;
    case "outboxUnavailable":
      return `the database is not available: ${printable(error.error.detail)}`;
    case "notElectrum":
      return `the responses do not come from Electrum; try again in ${Math.ceil(error.retryAfterMs / 1_000)} s`;
    case "taken":
      return `transaction ${error.id} holds what this one needs: ${outlooks[error.outlook.by]}`;
    case "tooOld":
      return `its time ${printable(error.time)} is older than what is kept; the till's clock says ${new Date(error.now).toISOString()}`;
    case "tooManyUndelivered":
      return `${error.count} confirmations of ${printable(error.queue)} are not delivered yet; no new sale begins until they are fewer`;
    case "damaged":
      return "its record is damaged; an operator must look";
    case "stopped":
      return "the till has stopped";
  }
}

const outlooks: Readonly<Record<Outlook["by"], string>> = {
  itself: "it ends by itself",
  till: "the till that began it must confirm or cancel it",
  operator: "an operator must look at it",
  nobody: "it has just ended; try again",
};

const nothingToHandOver: Readonly<Record<NothingToHandOver["reason"], string>> = {
  undecided: "the till has not decided yet",
  undone: "nothing was issued, redeemed or refunded in the end",
  redacted: "retention has masked the voucher",
};

function describeRefusal(refusal: Refusal): string {
  switch (refusal.type) {
    case "wrongKind":
      return `this kind of transaction does not take ${refusal.intent}`;
    case "wrongState":
      return `${refusal.intent} is not possible while ${refusal.state}`;
    case "alreadyDecided":
      return `it was decided to ${refusal.decision.outcome}, at ${new Date(refusal.decision.at).toISOString()}`;
    case "contentDiffers":
      return `another ${refusal.intent} was decided before`;
    case "nothingToHandOver":
      return `there is nothing to hand over: ${nothingToHandOver[refusal.reason]}`;
    case "alreadyHandedOver":
      return "it was handed over before";
    case "secretsNotCompared":
      return `it was redacted, so that ${refusal.intent} cannot be compared with what was decided before`;
    case "noSuchItem":
      return `it has no reconciliation item ${refusal.item}`;
    case "invalidMessage":
      return describeFaults(refusal.faults);
    case "invalidPolicy":
      return `the policy: ${describeFaults(refusal.faults)}`;
    case "notAuthorised":
      return `more than the ${describeAmount(refusal.authorised)} that Electrum authorised`;
    case "lookupMismatch":
      return `${refusal.field} is not that of the voucher that was looked up`;
    case "notRefundable":
      return describeNotRefundable(refusal);
  }
}

function describeNotRefundable({ reason, state, refundable }: NotRefundable): string {
  switch (reason) {
    case "noRedemption":
      return "redemptionId names no redemption";
    case "notRedeemed":
      return `the redemption is ${state ?? "not confirmed"}, and only one that stands can be refunded`;
    case "otherVoucher":
      return "another voucher was redeemed";
    case "tooMuch":
      return `more than the ${describeAmount(refundable)} that is left of the redemption`;
  }
}

const describeFaults = (faults: readonly MessageFault[]): string =>
  faults.map(({ path, expected }) => printable(`${path} ${expected}`)).join("; ");

export const describeAmount = (amount: LedgerAmount | undefined): string =>
  amount === undefined ? "amount" : `${amount.amount} (currency ${amount.currency})`;
