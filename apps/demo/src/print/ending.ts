import type {
  ErrorResponse,
  LedgerAmount,
  ReconciliationItem,
  MessageFault,
  Refusal,
  Transaction,
} from "@electrum-vouchers/core";
import type { TillError } from "@electrum-vouchers/runtime";
import { describeNoResponse } from "./no-response.ts";

/** What a transaction's state means, for the cashier. */
export function describeState(transaction: Transaction): string {
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
    case "found":
      return "waits for the till to decide";
    case "lookupFailed":
      return `the lookup failed: ${describeLookupFailure(transaction.reason)}`;
    case "abandoned":
      return "given up before anything was redeemed";
    case "completed":
      return "done";
    case "declined":
      return `declined: ${describeError(transaction.error)}`;
    case "confirming":
      return "decided; Electrum has not acknowledged the confirmation yet";
    case "reversing":
      return "being undone; Electrum has not acknowledged the reversal yet";
    case "confirmed":
      return "done, and Electrum knows";
    case "reversed":
      return `undone, and Electrum knows (${transaction.advice.message.reversalReason})`;
    case "disputed":
      return `Electrum disagrees: ${describeError(transaction.dispute.error)}; an operator must look`;
    case "resolved":
      return `settled by ${transaction.resolution.by}: ${transaction.resolution.reason}`;
  }
}

type LookupFailure = Extract<Transaction, { state: "lookupFailed" }>["reason"];

function describeLookupFailure(reason: LookupFailure): string {
  if (reason.error !== undefined) return describeError(reason.error);
  if (reason.type === "declined") return "declined";
  switch (reason.cause) {
    case "interruption":
      return "the till was interrupted";
    case "status":
    case "errorType":
    case "unreadable":
    case "foreignId":
    case "noVoucher":
      return "no usable response";
    default:
      return describeNoResponse(reason.cause);
  }
}

const describeError = ({ status, errorType, errorMessage }: ErrorResponse): string =>
  [String(status), errorType, errorMessage === undefined ? undefined : `(${errorMessage})`]
    .filter((part) => part !== undefined)
    .join(" ");

export function describeReconciliationItem(item: ReconciliationItem): string {
  switch (item.reason) {
    case "lateApproval":
      return "reconcile: an approval came after the end";
    case "providerTakesNoReversals":
      return `reconcile: ${item.provider} takes no reversals, so the voucher may be live`;
    case "confirmationAmbiguous":
      return "reconcile: Electrum's response does not say whether the redemption is confirmed";
  }
}

/** Why the till did not do what it was asked to do. */
export function describeTillError(error: TillError): string {
  switch (error.type) {
    case "refused":
      return `refused: ${describeRefusal(error.refusal)}`;
    case "idInUse":
      return "another request has used this id; expected a new id (see --new-id)";
    case "unknownTransaction":
      return "no such transaction";
    case "lookupTooEarly":
      return `refused: it is still ${error.state}, and must not be looked up yet`;
    case "outboxUnavailable":
      return `the database is not available: ${error.error.detail}`;
    case "damaged":
      return "its record is damaged; an operator must look";
    case "stopped":
      return "the till has stopped";
  }
}

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
    case "invalidMessage":
      return describeFaults(refusal.faults);
    case "notAuthorised":
      return `more than the ${describeAmount(refusal.authorised)} that Electrum authorised`;
    case "lookupMismatch":
      return `${refusal.field} is not that of the voucher that was looked up`;
  }
}

const describeFaults = (faults: readonly MessageFault[]): string =>
  faults.map(({ path, expected }) => `${path} ${expected}`).join("; ");

const describeAmount = (amount: LedgerAmount | undefined): string =>
  amount === undefined ? "amount" : `${amount.amount} (currency ${amount.currency})`;
