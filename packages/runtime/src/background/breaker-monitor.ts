import type { Clock } from "../clock.ts";
import type { ForwarderStatus, EventListener } from "../events.ts";
import { type CircuitBreaker, closedBreaker } from "./circuit-breaker.ts";

/** Holds the forwarder's circuit breaker, and reports when its status changes. */
export interface BreakerMonitor {
  breaker(): CircuitBreaker;
  transitionTo(next: CircuitBreaker): void;
  status(): ForwarderStatus;
  stop(): void;
}

export function createBreakerMonitor({
  onEvent,
  clock,
}: {
  readonly onEvent: EventListener;
  readonly clock: Pick<Clock, "now">;
}): BreakerMonitor {
  let breaker: CircuitBreaker = closedBreaker;
  let status: ForwarderStatus = "forwarding";

  function report(next: ForwarderStatus): void {
    if (status === next || status === "stopped") return;
    status = next;
    onEvent({ type: "forwarder", status, at: clock.now() });
  }

  return {
    breaker: () => breaker,
    status: () => status,
    transitionTo: (next) => {
      breaker = next;
      report(breaker.status === "closed" ? "forwarding" : breaker.status === "open" ? "probing" : "halted");
    },
    stop: () => report("stopped"),
  };
}
