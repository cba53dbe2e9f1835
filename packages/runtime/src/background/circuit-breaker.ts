import type { Capacity } from "./claim-loop.ts";

/** What the forwarder believes of the way to Electrum. Moments here are monotonic: a clock set back must not silence it. */
export type CircuitBreaker =
  | { readonly status: "closed" }
  /** Single probes find out when it is up again. */
  | { readonly status: "open"; readonly probes: number; readonly probeAtMs: number }
  /** The credentials are wrong; only a person can say that they no longer are. */
  | { readonly status: "halted" };

export const closedBreaker: CircuitBreaker = { status: "closed" };
export const haltedBreaker: CircuitBreaker = { status: "halted" };

/** A delivery that came to nothing. */
export interface Failure {
  readonly atMs: number;
  /** Whether somebody took the message. If not, nobody is there. */
  readonly reached: boolean;
  /** How long Electrum asked to be left alone; 0 where it did not. */
  readonly retryAfterMs: number;
}

/** The pause after so many probes in vain. */
export type ProbeBackoff = (probes: number) => number;

/** Electrum settled an advice. While halted that proves nothing: it was under way when another was refused. */
export const onSuccess = (breaker: CircuitBreaker): CircuitBreaker =>
  breaker.status === "halted" ? breaker : closedBreaker;

/** A customer's request was answered. Where nobody was there before, somebody is now: the next probe need not wait. */
export const onReachable = (breaker: CircuitBreaker, atMs: number): CircuitBreaker =>
  breaker.status === "open" && breaker.probes > 0 ? { status: "open", probes: 0, probeAtMs: atMs } : breaker;

/** A delivery failed: from now on one probe, not a thousand. What was under way together fails together, and counts once. */
export function onFailure(
  breaker: CircuitBreaker,
  { atMs, reached, retryAfterMs }: Failure,
  pause: ProbeBackoff,
): CircuitBreaker {
  if (breaker.status === "halted") return breaker;
  const { probes, probeAtMs } = breaker.status === "open" ? breaker : { probes: 0, probeAtMs: atMs + pause(0) };
  return {
    status: "open",
    // Whoever takes messages but fails may fail with some of them only: steady probes soon find one that goes through.
    probes: reached ? 0 : probes,
    probeAtMs: Math.max(probeAtMs, atMs + retryAfterMs),
  };
}

/** A delivery starts. While Electrum is down it is a probe, and the next one waits longer. */
export function onProbe(breaker: CircuitBreaker, atMs: number, pause: ProbeBackoff): CircuitBreaker {
  if (breaker.status !== "open") return breaker;
  const probes = breaker.probes + 1;
  return { status: "open", probes, probeAtMs: atMs + pause(probes) };
}

/** How many advices may be taken up now. */
export function capacityOf(breaker: CircuitBreaker, atMs: number, inFlight: number): Capacity {
  switch (breaker.status) {
    case "closed":
      return { limit: inFlight };
    case "open":
      return atMs < breaker.probeAtMs ? { limit: 0, waitMs: breaker.probeAtMs - atMs } : { limit: 1 };
    case "halted":
      return { limit: 0 };
  }
}
