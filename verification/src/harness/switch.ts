import type { Instant, OutgoingMessage } from "@electrum-vouchers/core";
import {
  deliverNextAdvice,
  type ProviderCondition,
  type ProviderName,
  providerNames,
  setCondition,
  type SwitchResponse,
  type World,
} from "@electrum-vouchers/simulator";
import { sendToSwitch } from "./world.ts";

/** Electrum's switch in this process, and the providers behind it, on simulated time. */
export interface Switch {
  receive(outgoing: OutgoingMessage, emulateTestServer?: boolean): SwitchResponse;
  setCondition(provider: ProviderName, condition: ProviderCondition): void;
  /** Every provider works from now on. */
  heal(): void;
  readonly world: () => World;
  /** How many advices the providers have not received yet. */
  readonly pendingForwards: () => number;
}

export interface SwitchOptions {
  readonly world: World;
  /** The switch's clock, which no till's clock affects. */
  now(): Instant;
  sleep(ms: number): Promise<void>;
  /** How long the switch waits before it tells a provider of an advice, or tells it again. */
  forwardDelayMs(isRepeat: boolean): number;
}

export function createSwitch({ now, sleep, forwardDelayMs, ...initial }: SwitchOptions): Switch {
  let { world } = initial;
  let pendingForwards = 0;

  /** Tells the provider of one advice, the oldest. */
  async function forwardTo(provider: ProviderName): Promise<void> {
    pendingForwards += 1;
    for (let isDelivered = false, isRepeat = false; !isDelivered; isRepeat = true) {
      await sleep(forwardDelayMs(isRepeat));
      ({ world, delivered: isDelivered } = deliverNextAdvice(world, provider, now()));
    }
    pendingForwards -= 1;
  }

  return {
    receive: (outgoing, emulateTestServer) => {
      const handled = sendToSwitch(world, outgoing, now(), emulateTestServer);
      ({ world } = handled);
      for (const { provider } of handled.forwards) void forwardTo(provider);
      return handled.response;
    },
    setCondition: (provider, condition) => {
      world = setCondition(world, provider, condition);
    },
    heal: () => {
      for (const provider of providerNames) world = setCondition(world, provider, { state: "up" });
    },
    world: () => world,
    pendingForwards: () => pendingForwards,
  };
}
