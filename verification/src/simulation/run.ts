import { createMemoryOutbox, createSimulatedClock } from "@electrum-vouchers/testkit";
import { createRandom } from "../random.ts";
import { createTillClient } from "./workload/till-client.ts";
import { createSaleWorkload } from "./workload/sales.ts";
import { sellInitialVouchers } from "./workload/initial-vouchers.ts";
import { createSwitch } from "../harness/switch.ts";
import { isNothingDue } from "../harness/watch-outbox.ts";
import { createEmptyWorld } from "../harness/world.ts";
import { createFaultCounter, type SimulatedFaultKind } from "./faults.ts";
import { createSupervisedTill } from "./supervised-till.ts";
import { runStartsAt } from "./messages.ts";
import { createSimulatedNetwork } from "./network.ts";
import { createOperator } from "./operator.ts";
import type { DefectInjector, ProcessEnvironment } from "./ports.ts";
import { describeViolation } from "../oracle/invariants.ts";
import { createOracle } from "../oracle/oracle.ts";
import { checkAtQuiescence } from "../oracle/quiescence.ts";
import { changeConditions } from "./provider-conditions.ts";
import { generateScenario } from "./scenario.ts";
import { createRedemptionWorkload } from "./workload/redemptions.ts";
import type { RunContext } from "./run-context.ts";
import { startBackgroundFaults } from "./background-faults.ts";
import { createTrace } from "./trace.ts";
import { createCustomerScript } from "./workload/customer-script.ts";

/** What became of one seed. */
export interface SeedResult {
  readonly seed: number;
  readonly virtualMs: number;
  readonly transactions: number;
  readonly faults: ReadonlyMap<SimulatedFaultKind, number>;
  /** Every invariant that was broken. */
  readonly violations: readonly string[];
  readonly trace: readonly string[];
  /** The same seed gives the same digest. */
  readonly digest: string;
}

/**
 * Once nothing goes wrong any more, everything is at rest within this time, and that by which clocks were set back: all
 * attempts of the longest policy, its decision deadline, and a customer's patience, one after the other.
 */
const MAX_HEALING_MS = 15 * 60 * 1000;

const STEP_MS = 10_000;

/** How long the switch may leave an advice that a provider has not received. */
const FORWARD_INTERVAL_MS = 3_000;

/** One seed is one run, exactly: everything that is left to chance is drawn from it, in an order that only it decides. */
export async function runSeed(seed: number, injectDefect: DefectInjector = (ports) => ports): Promise<SeedResult> {
  const random = createRandom(seed, 0);
  const scenario = generateScenario(random);
  const clock = createSimulatedClock(runStartsAt);
  const trace = createTrace(clock.monotonicMs);
  const faultCounter = createFaultCounter();
  let isHealthy = false;
  const context: RunContext = { clock, random, scenario, trace, faultCounter, isHealthy: () => isHealthy };
  const oracle = createOracle({
    nameOf: trace.nameOf,
    onViolation: (violation) => trace.add("BROKEN", violation),
    monotonicMs: clock.monotonicMs,
    areClocksSkewed: scenario.skewMs > 0 && scenario.processes > 1,
  });
  const sharedOutbox = createMemoryOutbox();
  const electrum = createSwitch({
    world: createEmptyWorld(scenario),
    now: () => runStartsAt + clock.monotonicMs(),
    sleep: clock.sleep,
    forwardDelayMs: () => random.below(FORWARD_INTERVAL_MS),
  });
  void changeConditions(context, electrum);
  const network = createSimulatedNetwork(context, electrum);
  const environment: ProcessEnvironment = { context, sharedOutbox, network, oracle, injectDefect };

  const tills = repeat(scenario.processes, (number) => createSupervisedTill(number, environment));
  const client = createTillClient(environment, tills);
  const script = createCustomerScript(environment, client);
  const vouchers = sellInitialVouchers(context, electrum);
  const operator = createOperator(environment, client, tills, electrum.world);
  const backgroundFaults = startBackgroundFaults(environment, tills);
  let isWorkloadDone = false;
  const customers = [
    ...repeat(scenario.sales, createSaleWorkload(environment, client, script, vouchers)),
    ...repeat(scenario.redemptions, createRedemptionWorkload(environment, client, script, tills, vouchers)),
  ];
  const runWorkload = async (): Promise<void> => {
    await Promise.all(customers);
    isWorkloadDone = true;
  };
  oracle.expectNoThrow(runWorkload());

  await clock.advance(scenario.faultyMs);
  isHealthy = true;
  trace.add("run", "is healthy: no fault is injected from now on");
  electrum.heal();
  operator.resumeAll();
  const isQuiescent = async (): Promise<boolean> =>
    isWorkloadDone &&
    network.inFlight() === 0 &&
    electrum.pendingForwards() === 0 &&
    operator.hasNoDisputes() &&
    (await isNothingDue(sharedOutbox));
  const quiescentByMs =
    clock.monotonicMs() + MAX_HEALING_MS + backgroundFaults.setBackMs() + scenario.skewMs * scenario.processes;
  while (!(await isQuiescent())) {
    if (clock.monotonicMs() >= quiescentByMs) {
      oracle.reportViolation(describeViolation("terminates"));
      break;
    }
    await clock.advance(STEP_MS);
  }
  const transactions = await checkAtQuiescence(sharedOutbox, electrum.world(), oracle);
  return {
    seed,
    virtualMs: clock.monotonicMs(),
    transactions: transactions.length,
    faults: faultCounter.counts,
    violations: oracle.violations,
    trace: trace.lines,
    digest: trace.digest(),
  };
}

const repeat = <Value>(count: number, make: (number: number) => Value): readonly Value[] =>
  Array.from({ length: count }, (_, index) => make(index + 1));
