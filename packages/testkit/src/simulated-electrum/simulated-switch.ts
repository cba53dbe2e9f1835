import {
  type AcceptedRequest,
  allProviders,
  clearWorld,
  createRunningSwitch,
  deliverNextAdvice,
  type FaultPlan,
  type FaultRule,
  type ProviderCondition,
  type ProviderName,
  providerNames,
  setCondition,
  type SwitchRequest,
  type SwitchResponse,
  type World,
} from "@electrum-vouchers/simulator";
import type { TillClock } from "../till-process.ts";
import { alteredResponse, effectOf, type FaultEffect } from "./fault-effect.ts";
import { emptyWorld } from "./initial-world.ts";

export interface SimulatedSwitchOptions {
  /** What the switch knows at first. Default: nothing. */
  readonly world?: World;
  /** What goes wrong. Default: nothing. */
  readonly faults?: FaultPlan;
  /** How long the switch waits before it tells a provider of an advice, or tells it again. Default: 20 ms; again after 5.02 s. */
  readonly forwardDelayMs?: (isRepeat: boolean) => number;
}

/** A message on its way to the switch, and what goes wrong with it. */
export interface PlannedDelivery {
  readonly accepted: AcceptedRequest;
  readonly effect: FaultEffect;
}

/** The simulator's switch and its providers, in this process and on a clock that the test controls. */
export interface SimulatedSwitch {
  /** Decides what goes wrong with a request. */
  readonly plan: (request: SwitchRequest) => PlannedDelivery;
  /** A message has arrived. Gives its response; `undefined` if the switch was not asked. */
  readonly receive: (delivery: PlannedDelivery) => SwitchResponse | undefined;
  readonly world: () => World;
  readonly setProvider: (name: ProviderName, condition: ProviderCondition) => void;
  readonly addFault: (rule: FaultRule) => void;
  /** The switch forgets all that it knows. */
  readonly forget: () => void;
  /** From now on nothing goes wrong, and every provider works. */
  readonly heal: () => void;
  /** Whether every provider has every advice. */
  readonly isQuiescent: () => boolean;
}

const TRANSIT_MS = 20;
const REPEAT_INTERVAL_MS = 5_000;

const usualForwardDelayMs = (isRepeat: boolean): number => TRANSIT_MS + (isRepeat ? REPEAT_INTERVAL_MS : 0);

export function createSimulatedSwitch(
  clock: Pick<TillClock, "now" | "sleep">,
  options: SimulatedSwitchOptions = {},
): SimulatedSwitch {
  const { world = emptyWorld().world, faults = {}, forwardDelayMs = usualForwardDelayMs } = options;
  const onQueued = (name: string): void => void forwardTo(name);
  const running = createRunningSwitch(world, faults, { onQueued, onChange: () => undefined });
  let isHealthy = false;

  /** Tells the provider of one advice, the oldest. */
  async function forwardTo(name: string): Promise<void> {
    for (let isDelivered = false, isRepeat = false; !isDelivered; isRepeat = true) {
      await clock.sleep(forwardDelayMs(isRepeat));
      running.change((before) => {
        const attempt = deliverNextAdvice(before, name, clock.now());
        isDelivered = attempt.delivered;
        return attempt.world;
      });
    }
  }

  return {
    plan: (request) => {
      const accepted: AcceptedRequest = isHealthy ? { request } : running.accept(request);
      return { accepted, effect: accepted.fault === undefined ? {} : effectOf(accepted.fault) };
    },
    receive: ({ accepted, effect: { deliveries = 1, emulateTestServer = false } }) => {
      const process = (): SwitchResponse =>
        running.process({ ...accepted.request, at: clock.now(), emulateTestServer });
      if (deliveries === 2) process();
      return alteredResponse(accepted, deliveries === 0 ? undefined : process());
    },
    world: running.world,
    setProvider: (name, condition) => running.change((before) => setCondition(before, name, condition)),
    addFault: running.addFault,
    forget: () => running.change(clearWorld),
    heal: () => {
      isHealthy = true;
      running.change((before) =>
        providerNames.reduce((next, name) => setCondition(next, name, { state: "up" }), before),
      );
    },
    isQuiescent: () => allProviders(running.world(), 0).every(({ queued }) => queued === 0),
  };
}
