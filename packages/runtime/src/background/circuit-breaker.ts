// The circuit breaker: what the forwarder believes about the way to Electrum. It is a value, and its transitions are pure.
//
//   closed ── a delivery fails ──▶ open ── its probe succeeds ──▶ closed
//      └──────── the credentials are refused ───────▶ halted ── an operator says that they are right again ──▶ closed
//
// Rules
// 1. While it is open, one advice at a time is a probe, and the next probe waits longer. Between probes it is open; while one is
//    under way it is what others call half-open.
// 2. Deliveries that were under way together fail together, and count once.
// 3. An answer to any request of a customer shows that Electrum is reachable, so the next probe need not wait.
// 4. Moments are monotonic: a clock that is set back must not silence the forwarder.

import type { Capacity } from "./claim-loop.ts";

export type CircuitBreaker =
  | { readonly status: "closed" }
  /** Single probes find out when Electrum is back. */
  | { readonly status: "open"; readonly probes: number; readonly probeAtMs: number }
  /** The credentials are wrong. Only the operator can say that they no longer are. */
  | { readonly status: "halted" };

export const closedBreaker: CircuitBreaker = { status: "closed" };
export const haltedBreaker: CircuitBreaker = { status: "halted" };

/** A delivery that failed. */
export interface Failure {
  readonly atMs: number;
  /** Whether the message reached anything. If not, Electrum is not reachable at all. */
  readonly reached: boolean;
  /** How long Electrum asked to wait before the next message (`Retry-After`); 0 if it did not. */
  readonly retryAfterMs: number;
}

/** The backoff after so many failed probes. */
export type ProbeBackoff = (probes: number) => number;

/** An advice was settled. While halted that proves nothing: it was under way when another was refused. */
export const onSuccess = (breaker: CircuitBreaker): CircuitBreaker =>
  breaker.status === "halted" ? breaker : closedBreaker;

/** A customer's request was answered. If Electrum was not reachable before, it is now: the next probe need not wait. */
export const onReachable = (breaker: CircuitBreaker, atMs: number): CircuitBreaker =>
  breaker.status === "open" && breaker.probes > 0 ? { status: "open", probes: 0, probeAtMs: atMs } : breaker;

/** A delivery failed: from now on single probes. */
export function onFailure(
  breaker: CircuitBreaker,
  { atMs, reached, retryAfterMs }: Failure,
  backoff: ProbeBackoff,
): CircuitBreaker {
  if (breaker.status === "halted") return breaker;
  const { probes, probeAtMs } = breaker.status === "open" ? breaker : { probes: 0, probeAtMs: atMs + backoff(0) };
  return {
    status: "open",
    // An Electrum that is reachable may fail for some messages only: probes at a steady pace soon find one that goes through.
    probes: reached ? 0 : probes,
    probeAtMs: Math.max(probeAtMs, atMs + retryAfterMs),
  };
}

/** A delivery starts. While the breaker is open it is a probe, and the next one waits longer. */
export function onProbe(breaker: CircuitBreaker, atMs: number, backoff: ProbeBackoff): CircuitBreaker {
  if (breaker.status !== "open") return breaker;
  const probes = breaker.probes + 1;
  return { status: "open", probes, probeAtMs: atMs + backoff(probes) };
}

/** How many advices may be claimed now. */
export function capacityOf(breaker: CircuitBreaker, atMs: number, concurrency: number): Capacity {
  switch (breaker.status) {
    case "closed":
      return { limit: concurrency };
    case "open":
      return atMs < breaker.probeAtMs ? { limit: 0, waitMs: breaker.probeAtMs - atMs } : { limit: 1 };
    case "halted":
      return { limit: 0 };
  }
}
