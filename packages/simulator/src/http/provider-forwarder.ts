import type { Instant } from "@electrum-vouchers/core";
import { deliverWindow } from "../switch/forward.ts";
import { lengthOf } from "../switch/queue.ts";
import { providerNamed } from "../switch/world.ts";
import type { RunningSwitch } from "./running-switch.ts";
import type { Timers } from "./timers.ts";

/** Delivers the queued advices to the providers, a window at a time, until all queues are empty. */
export interface ProviderForwarder {
  /** Call it when an advice was queued, or the provider's condition has changed. */
  wake(provider: string): void;
  stop(): void;
}

export interface ProviderForwarderOptions {
  readonly running: Pick<RunningSwitch, "world" | "change">;
  readonly now: () => Instant;
  readonly timers: Timers;
  /** How long to wait before what a provider has not answered is sent again, in milliseconds. */
  readonly repeatMs: number;
}

/** The most rounds of advices that are delivered in one turn of the event loop, so that requests get theirs. */
const MAX_BATCH = 100;

export function createProviderForwarder({
  running,
  now,
  timers,
  repeatMs,
}: ProviderForwarderOptions): ProviderForwarder {
  const busy = new Set<string>();
  let stopped = false;

  function deliverBatch(provider: string): void {
    busy.delete(provider);
    for (let count = 0; count < MAX_BATCH; count += 1) {
      const { condition, queue } = providerNamed(running.world(), provider);
      if (lengthOf(queue) === 0) return;
      running.change((before) => deliverWindow(before, provider, now()));
      if (condition.state === "down" || condition.state === "answerLost") return schedule(provider, repeatMs);
      if (condition.state === "slow") return schedule(provider, condition.delayMs);
    }
    schedule(provider, 0);
  }

  function schedule(provider: string, delayMs: number): void {
    if (stopped || busy.has(provider)) return;
    busy.add(provider);
    timers.schedule(delayMs, () => deliverBatch(provider));
  }

  return {
    wake(provider) {
      const { condition, queue } = providerNamed(running.world(), provider);
      if (lengthOf(queue) === 0) return;
      schedule(provider, condition.state === "slow" ? condition.delayMs : 0);
    },
    stop() {
      stopped = true;
    },
  };
}
