import type { Alert } from "@electrum-vouchers/runtime";

/** What a person should look at. */
export function describeAlert(alert: Alert): string {
  switch (alert.reason) {
    case "notElectrum":
      return `alert: ${alert.operation} was answered with ${alert.status} by something that is not Electrum: is the URL right?`;
    case "credentials":
      return `alert: Electrum does not take these credentials (${alert.status}); every advice is kept`;
    case "damagedRecord":
      return `alert: the record of ${alert.id} cannot be read: ${alert.description}`;
    case "outboxUnavailable":
      return `alert: the database does not answer: ${alert.error.detail}`;
    case "unexpected":
      return `alert: a fault of the program itself, in ${alert.location}`;
  }
}
