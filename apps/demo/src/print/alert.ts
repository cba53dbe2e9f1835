import type { Alert } from "@electrum-vouchers/runtime";

/** An alert as a line for the operator. */
export function describeAlert(alert: Alert): string {
  switch (alert.reason) {
    case "notElectrum":
      return `alert: the response to ${alert.operation} was ${alert.status}, and not from Electrum: is the URL right?`;
    case "credentials":
      return `alert: Electrum does not accept these credentials (${alert.status}); every advice is kept`;
    case "damagedRecord":
      return `alert: the record of ${alert.id} cannot be read: ${alert.description}`;
    case "outboxUnavailable":
      return `alert: the database is not available: ${alert.error.detail}`;
    case "unexpected":
      return `alert: a defect of the program, in ${alert.location}`;
  }
}
