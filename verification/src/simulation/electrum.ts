import { type Instant, type Outgoing, toHttp } from "@electrum-vouchers/core";
import {
  type Condition,
  createWorld,
  deliver,
  handle,
  type ProviderName,
  providerNames,
  setCondition,
  type SwitchResponse,
  type World,
} from "@electrum-vouchers/simulator";
import type { FaultKind } from "./faults.ts";
import { opensAt } from "./messages.ts";
import { USER } from "../shop.ts";
import type { Stage } from "./stage.ts";

/** Electrum's switch and the providers behind it. Its clock is its own, and does not jump. */
export interface Switch {
  process(outgoing: Outgoing, likeTestServer?: boolean): SwitchResponse;
  /** Every provider works from now on. */
  calm(): void;
  readonly world: () => World;
  /** How many advices the providers have yet to hear of. */
  readonly waiting: () => number;
}

/** How long the switch leaves a provider alone that did not answer. */
const REPEAT_MS = 3_000;

export function createSwitch(stage: Stage): Switch {
  const { clock, random, trace, scenario } = stage;
  const now = (): Instant => opensAt + clock.monotonicMs();
  let waiting = 0;
  let world = createWorld({
    singleMessagingUsers: scenario.messaging === "single" ? [USER] : [],
    remembersReversals: scenario.remembersReversals,
    maxHistory: 0,
  });

  function process(outgoing: Outgoing, likeTestServer = false): SwitchResponse {
    const handled = handle(world, { ...toHttp(outgoing), user: USER, at: now(), likeTestServer });
    world = handled.world;
    for (const { provider } of handled.forwards) void forwardTo(provider);
    return handled.response;
  }

  /** Tells the provider of one advice, the oldest, some time after it was queued. */
  async function forwardTo(provider: ProviderName): Promise<void> {
    waiting += 1;
    let delivered = false;
    while (!delivered) {
      await clock.sleep(random.below(REPEAT_MS));
      const delivery = deliver(world, provider, now());
      ({ world } = delivery);
      ({ delivered } = delivery);
    }
    waiting -= 1;
  }

  async function changeConditions(everyMs: number): Promise<void> {
    for (;;) {
      await clock.sleep(everyMs / 2 + random.below(everyMs));
      if (stage.isCalm()) return;
      const provider = random.pick(providerNames);
      const [kind, condition] = random.pick(conditions);
      world = setCondition(world, provider, condition);
      if (kind !== "") stage.faults.happened(kind);
      trace.add(provider, `is ${condition.state}`);
    }
  }

  const { conditionEveryMs } = scenario.rates;
  if (Number.isFinite(conditionEveryMs)) void changeConditions(conditionEveryMs);

  return {
    process,
    calm: () => {
      for (const provider of providerNames) world = setCondition(world, provider, { state: "up" });
    },
    world: () => world,
    waiting: () => waiting,
  };
}

const conditions = [
  ["", { state: "up" }],
  ["provider down", { state: "down" }],
  ["provider slow", { state: "slow", delayMs: 4_000 }],
  ["provider slower than the switch waits", { state: "slow", delayMs: 40_000 }],
  ["provider declines", { state: "declining" }],
  ["provider declines", { state: "declining", status: 404, errorType: "INVALID_AMOUNT" }],
] as const satisfies readonly (readonly [FaultKind | "", Condition])[];
