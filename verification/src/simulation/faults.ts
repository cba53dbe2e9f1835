import type { KnownErrorType } from "@electrum-vouchers/core";

/** Every fault of a simulated run, by the place where it is injected. Each kind is counted. */
export const simulatedFaultKinds = {
  network: [
    "connection refused",
    "TLS handshake failed",
    "credentials not to be had",
    "reset before processing",
    "reset after processing",
    "request lost",
    "response lost",
    "response slow",
    "body slow",
    "body truncated",
    "body too large",
    "processed late",
    "processed twice",
    "copy processed later",
  ],
  responses: [
    "wrong content type",
    "not JSON",
    "empty body",
    "another message's id",
    "no voucher in a success",
    "wrong URL",
    "401",
    "403",
    "408",
    "425",
    "429",
    "500",
    "501",
    "502",
    "503",
    "504",
  ],
  electrum: [
    "switch restarts",
    "like Electrum's test server",
    "provider down",
    "provider slow",
    "provider slower than the switch waits",
    "provider declines",
  ],
  outbox: [
    "busy",
    "disk full",
    "failing commit",
    "read-only",
    "slow",
    "version conflict",
    "uncertain commit, written",
    "uncertain commit, not written",
    "uncertain commit, written later",
    "load fails",
    "claim fails",
    "postponement fails",
    "postponement forgotten",
    "release fails",
    "lease expires during a send",
  ],
  process: [
    "crash before a commit",
    "crash after a commit",
    "crash before a send",
    "crash after a send",
    "crash at another call of a port",
    "crash at any moment",
    "stop and start",
    "two processes drive one transaction",
  ],
  clock: ["jump ahead", "jump back", "clock starts in 1970", "clock of a process differs"],
} as const;

/** Each error type is a kind of its own: the switch must have responded with each. */
export type SimulatedFaultKind =
  | (typeof simulatedFaultKinds)[keyof typeof simulatedFaultKinds][number]
  | KnownErrorType;

/** How often each kind has happened. */
export interface FaultCounter {
  record(kind: SimulatedFaultKind): void;
  readonly counts: ReadonlyMap<SimulatedFaultKind, number>;
}

export function createFaultCounter(): FaultCounter {
  const counts = new Map<SimulatedFaultKind, number>();
  return { record: (kind) => void counts.set(kind, (counts.get(kind) ?? 0) + 1), counts };
}
