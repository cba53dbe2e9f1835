import type { Uuid } from "@electrum-vouchers/core";
import type { Clock } from "./clock.ts";
import type { EngineError } from "./engine/run-transaction.ts";
import type { EventLabels } from "./event-labels.ts";
import type { Alert, EventListener } from "./events.ts";

/** Reports something that the operator should look at, and the labels of its transaction where they are at hand. */
export type AlertReporter = (alert: Alert, labels?: EventLabels) => void;

export const createAlertReporter =
  (observe: EventListener, clock: Clock, hasStopped: () => boolean): AlertReporter =>
  (alert, labels = {}) => {
    if (!hasStopped()) observe({ type: "alert", alert, ...labels, at: clock.now() });
  };

/** What the operator must know about a transaction that the engine could not go on with. */
export function toAlerts(id: Uuid, error: EngineError): readonly Alert[] {
  switch (error.type) {
    case "unavailable":
    case "uncertain":
      return [{ reason: "outboxUnavailable", error }];
    case "damaged": {
      const { damage } = error;
      const description = damage.type === "newer" ? `written by the newer version ${damage.version}` : damage.fault;
      return [{ reason: "damagedRecord", id, description }];
    }
    default:
      // Another worker was first, and goes on with the transaction.
      return [];
  }
}

/** Where something was thrown. Its message is left out: it may quote what it found, and so a voucher. */
export function toUnexpectedAlert(id: Uuid, error: unknown): Alert {
  const stackLines =
    error instanceof Error ? (error.stack?.split("\n") ?? []).filter((line) => /^\s+at /.test(line)) : [];
  const name = error instanceof Error ? error.name : typeof error;
  return { reason: "unexpected", id, location: [name, ...stackLines].join("\n") };
}
