import { type Instant, type OutgoingMessage, toHttp } from "@electrum-vouchers/core";
import {
  type ProviderCondition,
  createWorld,
  deliverNextAdvice,
  handle,
  type ProviderName,
  providerNames,
  setCondition,
  type SwitchResponse,
  type World,
} from "@electrum-vouchers/simulator";
import type { SimulatedFaultKind } from "./faults.ts";
import { runStartsAt } from "./messages.ts";
import { USER } from "../request-fields.ts";
import type { RunContext } from "./run-context.ts";

/** Electrum's switch and the providers behind it. Its clock is its own, and does not jump. */
export interface Switch {
  receive(outgoing: OutgoingMessage, emulateTestServer?: boolean): SwitchResponse;
  /** Every provider works from now on. */
  heal(): void;
  readonly world: () => World;
  /** How many advices the providers have yet to hear of. */
  readonly pendingForwards: () => number;
}

/** How long the switch leaves a provider alone that did not answer. */
const RETRY_INTERVAL_MS = 3_000;

export function createSwitch(context: RunContext): Switch {
  const { clock, random, trace, scenario } = context;
  const now = (): Instant => runStartsAt + clock.monotonicMs();
  let pendingForwards = 0;
  let world = createWorld({
    singleMessagingUsers: scenario.messaging === "single" ? [USER] : [],
    remembersReversals: scenario.remembersReversals,
    maxHistory: 0,
  });

  function receive(outgoing: OutgoingMessage, emulateTestServer = false): SwitchResponse {
    const handled = handle(world, { ...toHttp(outgoing), user: USER, at: now(), emulateTestServer });
    world = handled.world;
    for (const { provider } of handled.forwards) void forwardTo(provider);
    return handled.response;
  }

  /** Tells the provider of one advice, the oldest, some time after it was queued. */
  async function forwardTo(provider: ProviderName): Promise<void> {
    pendingForwards += 1;
    let delivered = false;
    while (!delivered) {
      await clock.sleep(random.below(RETRY_INTERVAL_MS));
      const delivery = deliverNextAdvice(world, provider, now());
      ({ world } = delivery);
      ({ delivered } = delivery);
    }
    pendingForwards -= 1;
  }

  async function changeConditions(intervalMs: number): Promise<void> {
    for (;;) {
      await clock.sleep(intervalMs / 2 + random.below(intervalMs));
      if (context.isHealthy()) return;
      const provider = random.pick(providerNames);
      const [kind, condition] = random.pick(conditions);
      world = setCondition(world, provider, condition);
      if (kind !== "") context.faultCounter.record(kind);
      trace.add(provider, `is ${condition.state}`);
    }
  }

  const { conditionIntervalMs } = scenario.rates;
  if (Number.isFinite(conditionIntervalMs)) void changeConditions(conditionIntervalMs);

  return {
    receive,
    heal: () => {
      for (const provider of providerNames) world = setCondition(world, provider, { state: "up" });
    },
    world: () => world,
    pendingForwards: () => pendingForwards,
  };
}

const conditions = [
  ["", { state: "up" }],
  ["provider down", { state: "down" }],
  ["provider slow", { state: "slow", delayMs: 4_000 }],
  ["provider slower than the switch waits", { state: "slow", delayMs: 40_000 }],
  ["provider declines", { state: "declining" }],
  ["provider declines", { state: "declining", status: 404, errorType: "INVALID_AMOUNT" }],
] as const satisfies readonly (readonly [SimulatedFaultKind | "", ProviderCondition])[];
