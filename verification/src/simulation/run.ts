import { createSimulatedClock } from "@electrum-vouchers/testkit";
import { createRandom } from "../random.ts";
import { createTillClient } from "./workload/till-client.ts";
import { createSaleWorkload } from "./workload/sales.ts";
import { sellInitialVouchers } from "./workload/initial-vouchers.ts";
import { createSwitch } from "./switch.ts";
import { createFaultCounter, type SimulatedFaultKind } from "./faults.ts";
import { createSupervisedTill } from "./supervised-till.ts";
import { runStartsAt } from "./messages.ts";
import { createSimulatedNetwork } from "./network.ts";
import { createOperator } from "./operator.ts";
import type { DefectInjector, ProcessEnvironment } from "./ports.ts";
import { checkAtQuiescence } from "./quiescence.ts";
import { generateScenario } from "./scenario.ts";
import { createRedemptionWorkload } from "./workload/redemptions.ts";
import type { RunContext } from "./run-context.ts";
import { createSharedOutbox, type SharedOutbox } from "./shared-outbox.ts";
import { startBackgroundFaults } from "./background-faults.ts";
import { createTrace } from "./trace.ts";
import { createOracle } from "./oracle.ts";
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

/** One seed is one run, exactly: everything that is left to chance is drawn from it, in an order that only it decides. */
export async function runSeed(seed: number, injectDefect: DefectInjector = (ports) => ports): Promise<SeedResult> {
  const random = createRandom(seed, 0);
  const scenario = generateScenario(random);
  const clock = createSimulatedClock(runStartsAt);
  const trace = createTrace(clock.monotonicMs);
  const faultCounter = createFaultCounter();
  let isHealthy = false;
  const context: RunContext = { clock, random, scenario, trace, faultCounter, isHealthy: () => isHealthy };
  const oracle = createOracle(context);
  const sharedOutbox = createSharedOutbox(oracle.recordCommit);
  const electrum = createSwitch(context);
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
      oracle.reportViolation("nothing waits for ever once faults stop");
      break;
    }
    await clock.advance(STEP_MS);
  }
  await checkAtQuiescence(sharedOutbox, electrum.world(), oracle);
  return {
    seed,
    virtualMs: clock.monotonicMs(),
    transactions: sharedOutbox.transactions().length,
    faults: faultCounter.counts,
    violations: oracle.violations,
    trace: trace.lines,
    digest: trace.digest(),
  };
}

const repeat = <Value>(count: number, make: (number: number) => Value): readonly Value[] =>
  Array.from({ length: count }, (_, index) => make(index + 1));

/** Whether nothing is due any more: what is left waits for a customer who will not come back. */
async function isNothingDue(sharedOutbox: SharedOutbox): Promise<boolean> {
  const { due } = (await sharedOutbox.summary())._unsafeUnwrap();
  return due.advice === 0 && due.replyDeadline === 0 && due.timer === 0;
}
