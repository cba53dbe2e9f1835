import { createSimulatedClock } from "@electrum-vouchers/testkit";
import { randomOf } from "../random.ts";
import { createCounter } from "./counter.ts";
import { createBuyer } from "./buyers.ts";
import { sellEarlier } from "./earlier-sales.ts";
import { createSwitch } from "./electrum.ts";
import { createFaultCount, type FaultKind } from "./faults.ts";
import { createHost } from "./host.ts";
import { opensAt } from "./messages.ts";
import { createNetwork } from "./network.ts";
import { createOperator } from "./operator.ts";
import type { Fit, Surroundings } from "./ports.ts";
import { checkRest } from "./rest.ts";
import { drawScenario } from "./scenario.ts";
import { createSpender } from "./spenders.ts";
import type { Stage } from "./stage.ts";
import { createStore, type Store } from "./store.ts";
import { startTroubles } from "./troubles.ts";
import { createTrace } from "./trace.ts";
import { createWatch } from "./watch.ts";
import { createWill } from "./will.ts";

/** What became of one seed. */
export interface Run {
  readonly seed: number;
  readonly virtualMs: number;
  readonly transactions: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** Every invariant that was broken. */
  readonly broken: readonly string[];
  readonly trace: readonly string[];
  /** The same seed gives the same digest. */
  readonly digest: string;
}

/**
 * Once nothing goes wrong any more, everything is at rest within this time, and that by which clocks were set back: all
 * attempts of the longest policy, its decision deadline, and a customer's patience, one after the other.
 */
const MAX_CALM_MS = 15 * 60 * 1000;

const STEP_MS = 10_000;

/** One seed is one run, exactly: everything that is left to chance is drawn from it, in an order that only it decides. */
export async function runSeed(seed: number, fit: Fit = (ports) => ports): Promise<Run> {
  const random = randomOf(seed, 0);
  const scenario = drawScenario(random);
  const clock = createSimulatedClock(opensAt);
  const trace = createTrace(clock.monotonicMs);
  const faults = createFaultCount();
  let isCalm = false;
  const stage: Stage = { clock, random, scenario, trace, faults, isCalm: () => isCalm };
  const watch = createWatch(stage);
  const store = createStore(watch.committed);
  const electrum = createSwitch(stage);
  const network = createNetwork(stage, electrum);
  const surroundings: Surroundings = { stage, store, network, watch, fit };

  const hosts = times(scenario.processes, (number) => createHost(number, surroundings));
  const counter = createCounter(surroundings, hosts);
  const will = createWill(surroundings, counter);
  const purse = sellEarlier(stage, electrum);
  const operator = createOperator(surroundings, counter, hosts, electrum.world);
  const troubles = startTroubles(surroundings, hosts);
  let isServed = false;
  const visits = [
    ...times(scenario.sales, createBuyer(surroundings, counter, will, purse)),
    ...times(scenario.redemptions, createSpender(surroundings, counter, will, hosts, purse)),
  ];
  const serve = async (): Promise<void> => {
    await Promise.all(visits);
    isServed = true;
  };
  watch.mind(serve());

  await clock.advance(scenario.stormMs);
  isCalm = true;
  trace.add("everybody", "is calm: from now on nothing goes wrong any more");
  electrum.calm();
  operator.calm();
  const isAtRest = async (): Promise<boolean> =>
    isServed && network.underWay() === 0 && electrum.waiting() === 0 && operator.isContent() && (await isQuiet(store));
  const restsAtMs = clock.monotonicMs() + MAX_CALM_MS + troubles.setBackMs() + scenario.skewMs * scenario.processes;
  while (!(await isAtRest())) {
    if (clock.monotonicMs() >= restsAtMs) {
      watch.broken("nothing waits for ever once faults stop");
      break;
    }
    await clock.advance(STEP_MS);
  }
  await checkRest(store, electrum.world(), watch);
  return {
    seed,
    virtualMs: clock.monotonicMs(),
    transactions: store.all().length,
    faults: faults.counts,
    broken: watch.faults,
    trace: trace.lines,
    digest: trace.digest(),
  };
}

const times = <Value>(count: number, make: (number: number) => Value): readonly Value[] =>
  Array.from({ length: count }, (_, index) => make(index + 1));

/** Whether nothing is due any more: what is left waits for a customer who will not come back. */
async function isQuiet(store: Store): Promise<boolean> {
  const { due } = (await store.summary())._unsafeUnwrap();
  return due.advice === 0 && due.replyDeadline === 0 && due.timer === 0;
}
