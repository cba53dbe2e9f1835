import { type ProviderCondition, providerNames } from "@electrum-vouchers/simulator";
import type { Switch } from "../harness/switch.ts";
import type { SimulatedFaultKind } from "./faults.ts";
import type { RunContext } from "./run-context.ts";

/** Lets providers go down, slow down, decline and come back, every now and then, while the run is faulty. */
export async function changeConditions(context: RunContext, electrum: Switch): Promise<void> {
  const { clock, random, trace, faultCounter, scenario } = context;
  const { conditionIntervalMs } = scenario.rates;
  if (!Number.isFinite(conditionIntervalMs)) return;
  for (;;) {
    await clock.sleep(conditionIntervalMs / 2 + random.below(conditionIntervalMs));
    if (context.isHealthy()) return;
    const provider = random.pick(providerNames);
    const [kind, condition] = random.pick(conditions);
    electrum.setProvider(provider, condition);
    if (kind !== "") faultCounter.record(kind);
    trace.add(provider, `is ${condition.state}`);
  }
}

const conditions = [
  ["", { state: "up" }],
  ["provider down", { state: "down" }],
  ["provider slow", { state: "slow", delayMs: 4_000 }],
  ["provider slower than the switch waits", { state: "slow", delayMs: 40_000 }],
  ["provider declines", { state: "declining" }],
  ["provider declines", { state: "declining", status: 404, errorType: "INVALID_AMOUNT" }],
] as const satisfies readonly (readonly [SimulatedFaultKind | "", ProviderCondition])[];
