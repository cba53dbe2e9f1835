import type { Alert } from "@electrum-vouchers/runtime";

/** An alert as a line for the operator. */
export function describeAlert(alert: Alert): string {
  switch (alert.reason) {
    case "notElectrum":
      return `alert: the response to ${alert.operation} was ${alert.status}, and not from Electrum: is the URL right?`;
    case "unnamedError":
      return `alert: the error to ${alert.operation} (${alert.status}) names no message; its type is one of Electrum's`;
    case "credentials":
      return `alert: Electrum does not accept the credentials of client ${alert.client} (${alert.status}); every advice is kept`;
    case "neverAnswered":
      return `alert: no response ever came, to ${alert.sends} messages: is this address on Electrum's allow-list?`;
    case "damagedRecord":
      return `alert: the record of ${alert.id} cannot be read: ${alert.description}`;
    case "outboxUnavailable":
      return `alert: the database is not available: ${alert.error.detail}`;
    case "unexpected":
      return `alert: a defect of the program, in ${alert.location}`;
  }
}
