import { createMemoryOutbox, createSimulatedClock } from "@electrum-vouchers/testkit";
import { createRandom } from "../random.ts";
import { createTillClient } from "./workload/till-client.ts";
import { createSaleWorkload } from "./workload/sales.ts";
import { sellInitialVouchers } from "./workload/initial-vouchers.ts";
import { createSwitch, type Switch } from "../harness/switch.ts";
import { isNothingDue } from "../harness/watch-outbox.ts";
import { createEmptyWorld } from "../harness/world.ts";
import { createFaultCounter, type SimulatedFaultKind } from "./faults.ts";
import { createSupervisedTill, type SupervisedTill } from "./supervised-till.ts";
import { runStartsAt } from "./messages.ts";
import { createSimulatedNetwork } from "./network.ts";
import { createOperator, type Operator } from "./operator.ts";
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

/** The result of one seed. */
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
 * Once no fault is injected any more, nothing is under way after this time, however far clocks were set: all attempts of the longest
 * policy, its decision deadline, and a customer's patience, one after the other.
 */
const MAX_HEALING_MS = 15 * 60 * 1000;

const STEP_MS = 10_000;

/** How long the switch may leave an advice that a provider has not received. */
const FORWARD_INTERVAL_MS = 3_000;

/** One seed is one run, exactly: everything that is left to chance is drawn from it, in an order that only it decides. */
export async function runSeed(seed: number, injectDefect: DefectInjector = (ports) => ports): Promise<SeedResult> {
  let isHealthy = false;
  const context = createContext(seed, () => isHealthy);
  const { clock, scenario, trace } = context;
  const { electrum, environment } = createEnvironment(context, injectDefect);
  const { network, oracle, sharedOutbox } = environment;

  const tills = repeat(scenario.processes, (number) => createSupervisedTill(number, environment));
  const workload = startWorkload(environment, tills, electrum);
  const { operator } = workload;

  await clock.advance(scenario.faultyMs);
  isHealthy = true;
  trace.add("run", "is healthy: no fault is injected from now on");
  electrum.heal();
  operator.resumeAll();
  const isQuiescent = async (): Promise<boolean> =>
    workload.isDone() &&
    network.inFlight() === 0 &&
    electrum.isQuiescent() &&
    operator.hasNothingToDo() &&
    (await isNothingDue(sharedOutbox));
  const quiescentByMs = clock.monotonicMs() + MAX_HEALING_MS;
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
    faults: context.faultCounter.counts,
    violations: oracle.violations,
    trace: trace.lines,
    digest: trace.digest(),
  };
}

function createContext(seed: number, isHealthy: () => boolean): RunContext {
  const random = createRandom(seed, 0);
  const scenario = generateScenario(random);
  const clock = createSimulatedClock(runStartsAt);
  return {
    clock,
    random,
    scenario,
    trace: createTrace(clock.monotonicMs),
    faultCounter: createFaultCounter(),
    isHealthy,
  };
}

/** Everything around the tills. */
function createEnvironment(
  context: RunContext,
  injectDefect: DefectInjector,
): { readonly electrum: Switch; readonly environment: ProcessEnvironment } {
  const { clock, random, scenario, trace } = context;
  const oracle = createOracle({
    nameOf: trace.nameOf,
    onViolation: (violation) => trace.add("BROKEN", violation),
    monotonicMs: clock.monotonicMs,
  });
  const electrum = createSwitch(
    { now: () => runStartsAt + clock.monotonicMs(), sleep: clock.sleep },
    { world: createEmptyWorld(scenario), forwardDelayMs: () => random.below(FORWARD_INTERVAL_MS) },
  );
  void changeConditions(context, electrum);
  const network = createSimulatedNetwork(context, electrum);
  return {
    electrum,
    environment: { context, sharedOutbox: createMemoryOutbox(clock.monotonicMs), network, oracle, injectDefect },
  };
}

interface RunningWorkload {
  readonly operator: Operator;
  /** How far the clock was set back, all in all. */
  /** Whether every customer has left. */
  readonly isDone: () => boolean;
}

/** Has customers come to the tills, an operator look after them, and faults occur by themselves. */
function startWorkload(
  environment: ProcessEnvironment,
  tills: readonly SupervisedTill[],
  electrum: Switch,
): RunningWorkload {
  const { context, oracle } = environment;
  const { scenario } = context;
  const client = createTillClient(environment, tills);
  const script = createCustomerScript(environment, client);
  const vouchers = sellInitialVouchers(context, electrum);
  const operator = createOperator(environment, client, tills, electrum.world);
  startBackgroundFaults(environment, tills);
  let isDone = false;
  const customers = [
    ...repeat(scenario.sales, createSaleWorkload(environment, client, script, vouchers)),
    ...repeat(scenario.redemptions, createRedemptionWorkload(environment, client, script, tills, vouchers)),
  ];
  const runWorkload = async (): Promise<void> => {
    await Promise.all(customers);
    isDone = true;
  };
  oracle.expectNoThrow(runWorkload());
  return { operator, isDone: () => isDone };
}

const repeat = <Value>(count: number, make: (number: number) => Value): readonly Value[] =>
  Array.from({ length: count }, (_, index) => make(index + 1));
