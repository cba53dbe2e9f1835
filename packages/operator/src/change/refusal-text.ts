import { printable, type Refusal } from "@electrum-vouchers/core";
import { dateTimeText } from "../text/time-text.ts";

const FAULTS_SHOWN = 3;

/** Why the transaction does not take what the operator wants, in words. */
export function refusalText(refusal: Refusal): string {
  switch (refusal.type) {
    case "wrongKind":
      return `this kind of transaction takes no ${refusal.intent}`;
    case "wrongState":
      return `${refusal.intent} is not possible while it is ${refusal.state}`;
    case "alreadyDecided": {
      const { outcome, by, at } = refusal.decision;
      return `it was decided to ${outcome} it, by the ${by} at ${dateTimeText(at)}`;
    }
    case "contentDiffers":
      return `another ${refusal.intent} was accepted at ${dateTimeText(refusal.decidedAt)}`;
    case "secretsNotCompared":
      return "it was redacted, and cannot be compared any more";
    case "noSuchItem":
      return `it has no reconciliation item ${refusal.item}`;
    case "invalidMessage":
    case "invalidPolicy":
      return refusal.faults
        .slice(0, FAULTS_SHOWN)
        .map(({ path, expected }) => printable(`${path.replace(/^(operator\.)?/, "--")} ${expected}`))
        .join("; ");
    case "nothingToHandOver":
      return NOTHING[refusal.reason];
    case "alreadyHandedOver":
      return `it was handed over at ${dateTimeText(refusal.handedOver.at)}`;
    case "notAuthorised":
      return "more than Electrum authorised";
    case "notRefundable":
      return `what was redeemed cannot be refunded (${refusal.reason})`;
    case "lookupMismatch":
      return `${refusal.field} is not that of the voucher that was looked up`;
  }
}

const NOTHING = {
  undecided: "there is no voucher to hand over: the till has not confirmed yet",
  undone: "there is no voucher to hand over: nothing was issued or redeemed in the end",
  redacted: "there is no voucher to hand over: retention has masked it",
} as const;
