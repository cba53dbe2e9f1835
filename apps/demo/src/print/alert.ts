import { printable } from "@electrum-vouchers/core";
import type { Alert } from "@electrum-vouchers/runtime";

/** An alert as a line for the operator. */
export function describeAlert(alert: Alert): string {
  switch (alert.reason) {
    case "notElectrum":
      return `alert: the response to ${alert.operation} was ${alert.status}, and not from Electrum: is the URL right?`;
    case "unnamedError":
      return `alert: the error to ${alert.operation} (${alert.status}) names no message; its type is one of Electrum's`;
    case "credentials":
      return `alert: Electrum does not accept the credentials of client ${printable(alert.client)} (${alert.status}); every advice is kept`;
    case "undelivered":
      return `alert: ${alert.operation} of ${alert.id} has been undelivered for ${Math.round(alert.waitedMs / 60_000)} min: is Electrum up, and its queue well?`;
    case "unserved":
      return `alert: work of client ${printable(alert.client)} has been due for ${Math.round(alert.waitedMs / 60_000)} min, and no till takes it`;
    case "neverAnswered":
      return `alert: no response ever came, to ${alert.sends} messages: is this address on Electrum's allow-list?`;
    case "cannotSend":
      return "alert: this machine cannot send anything: is its network up, and are there descriptors left?";
    case "failedLookups":
      return `alert: ${alert.failures} lookups found no such voucher, at ${alert.terminal === undefined ? "one terminal" : `terminal ${printable(alert.terminal)}`}: are codes guessed there?`;
    case "clockSetBack":
      return `alert: the clock was set back: ${alert.records} transactions were stored by one that was ahead, and wait anew`;
    case "clockSetForward":
      return `alert: the clock was set forward by ${Math.round(alert.byMs / 1_000)} s; what is due by it alone goes on waiting`;
    case "attention":
      return `alert: ${alert.id} needs an operator: ${alert.attention.meaning}`;
    case "confirmationRefused":
      return `alert: the confirmation of ${alert.id} was refused, and its customer may have paid: confirm it otherwise, or cancel it`;
    case "retentionWaits":
      return `alert: nothing is redacted: the clock is ${Math.round(Math.abs(alert.stepMs) / 3_600_000)} h ${alert.stepMs < 0 ? "behind" : "ahead of"} the last time; is it right?`;
    case "retentionFailed":
      return `alert: ${alert.transactions} old transactions cannot be redacted, and are kept: ${alert.ids.join(", ")}`;
    case "handOverUnmarked":
      return `alert: the voucher of ${alert.id} was handed over, and that could not be stored: ${printable(alert.error.detail)}`;
    case "secretsNotCompared":
      return `alert: ${alert.id} was asked for again after it was redacted; it was not compared`;
    case "unsettledRedacted":
      return `alert: ${alert.transactions} transactions were redacted that still needed attention`;
    case "damagedRecord":
      return `alert: the record of ${alert.id} cannot be read: ${printable(alert.description)}`;
    case "columnsCorrected":
      return `alert: another program has changed ${alert.columns.join(", ")} of ${alert.id} in the database; that was undone`;
    case "outboxUnavailable":
      return `alert: the database is not available: ${printable(alert.error.detail)}`;
    case "unexpected":
      return `alert: a defect of the program, in ${alert.location}`;
  }
}
