import type { Uuid } from "@electrum-vouchers/core";
import type { Clock } from "./clock.ts";
import type { DriveError } from "./drive.ts";
import type { Alert, Observer } from "./events.ts";

/** Tells the observer of something that a person should look at. */
export type Alarm = (alert: Alert) => void;

export const alarmOf =
  (observe: Observer, clock: Clock): Alarm =>
  (alert) =>
    observe({ type: "alert", alert, at: clock.now() });

/** What a person must know of a transaction that could not be driven on. */
export function alertsOf(id: Uuid, error: DriveError): readonly Alert[] {
  switch (error.type) {
    case "unavailable":
    case "uncertain":
      return [{ reason: "outboxUnavailable", error }];
    case "damaged": {
      const { damage } = error;
      const what = damage.type === "newer" ? `written by the newer version ${damage.version}` : damage.what;
      return [{ reason: "damagedRecord", id, what }];
    }
    default:
      // Another worker was first: the transaction is in good hands.
      return [];
  }
}

/** Where something was thrown. Not what it says of itself: a message may quote what it found, and so a voucher. */
export function unexpected(id: Uuid, error: unknown): Alert {
  const places = error instanceof Error ? (error.stack?.split("\n") ?? []).filter((line) => /^\s+at /.test(line)) : [];
  const name = error instanceof Error ? error.name : typeof error;
  return { reason: "unexpected", id, where: [name, ...places].join("\n") };
}
