import type { Instant } from "@electrum-vouchers/core";
import { deliverNextAdvice } from "../switch/forward.ts";
import type { ProviderName } from "../switch/provider-profiles.ts";
import { lengthOf } from "../switch/queue.ts";
import type { RunningSwitch } from "./running-switch.ts";
import type { Timers } from "./timers.ts";

/** Delivers the queued advices to the providers, each queue in order, until all are empty. */
export interface ProviderForwarder {
  /** Call it when an advice was queued, or the provider's condition has changed. */
  wake(provider: ProviderName): void;
  stop(): void;
}

export interface ProviderForwarderOptions {
  readonly running: Pick<RunningSwitch, "world" | "change">;
  readonly now: () => Instant;
  readonly timers: Timers;
  /** How long to wait before a provider that is down is tried again, in milliseconds. */
  readonly repeatMs: number;
}

/** The most advices that are delivered in one turn of the event loop, so that requests get theirs. */
const MAX_BATCH = 100;

export function createProviderForwarder({
  running,
  now,
  timers,
  repeatMs,
}: ProviderForwarderOptions): ProviderForwarder {
  const busy = new Set<ProviderName>();
  let stopped = false;

  function deliverBatch(provider: ProviderName): void {
    busy.delete(provider);
    for (let count = 0; count < MAX_BATCH; count += 1) {
      const { condition, queue } = running.world().providers[provider];
      if (lengthOf(queue) === 0) return;
      running.change((before) => deliverNextAdvice(before, provider, now()).world);
      if (condition.state === "down") return schedule(provider, repeatMs);
      if (condition.state === "slow") return schedule(provider, condition.delayMs);
    }
    schedule(provider, 0);
  }

  function schedule(provider: ProviderName, delayMs: number): void {
    if (stopped || busy.has(provider)) return;
    busy.add(provider);
    timers.schedule(delayMs, () => deliverBatch(provider));
  }

  return {
    wake(provider) {
      const { condition, queue } = running.world().providers[provider];
      if (lengthOf(queue) === 0) return;
      schedule(provider, condition.state === "slow" ? condition.delayMs : 0);
    },
    stop() {
      stopped = true;
    },
  };
}
