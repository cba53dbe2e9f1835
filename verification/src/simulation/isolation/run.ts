// Many transactions at once, some of which are failing: one trouble stays one's own.
//
// Customers come and buy, of several providers, under several clients. Some advices fail each time that they are delivered, in
// one of many ways, for ever or for a while; the credentials of one client may be refused; the process may die. Whatever the
// share of the failing ones, this holds (`healthyUnaffected`): an advice that is not failing itself, and whose client is not refused,
// is acknowledged within `maxWaitMs` of virtual time after it has become due, or after the process has come back: a second, unless
// some never answer. Then all recover, and nothing may be left.
//
// Customers' requests are answered all the time, except those of a refused client: an Electrum that answers nothing at all is
// away for everybody. Nothing else goes wrong here: a lost response, a full disk or a clock that jumps is the other
// simulation's. The till has the defaults that ship.

import type { OutgoingMessage } from "@electrum-vouchers/core";
import { createMemoryOutbox, createSimulatedClock, createSimulatedElectrum } from "@electrum-vouchers/testkit";
import { isNothingDue } from "../../harness/watch-outbox.ts";
import { describeViolation } from "../../oracle/invariants.ts";
import { createRandom } from "../../random.ts";
import { runStartsAt } from "../messages.ts";
import { createTrace } from "../trace.ts";
import { letCustomersCome } from "./customers.ts";
import { startMortalTill } from "./mortal-till.ts";
import { createSalesRecord, type SalesSummary } from "./sales-record.ts";
import { generateIsolationScenario, type IsolationScenario, openMs } from "./scenario.ts";
import { type SentFailure, withFailures } from "./failures.ts";

/** The result of one seed. */
export interface IsolationResult extends SalesSummary {
  readonly seed: number;
  readonly scenario: IsolationScenario;
  readonly virtualMs: number;
  readonly trace: readonly string[];
  /** The same seed gives the same digest. */
  readonly digest: string;
}

/** Once all have recovered, nothing is due after this: the longest wait of one advice, and the probes of its queue. */
const MAX_RECOVERY_MS = 30 * 60 * 1000;

const STEP_MS = 10_000;

/** One seed is one run, exactly. */
export async function runIsolationSeed(seed: number): Promise<IsolationResult> {
  const random = createRandom(seed, 0);
  const scenario = generateIsolationScenario(random);
  const clock = createSimulatedClock(runStartsAt);
  const trace = createTrace(clock.monotonicMs);
  const record = createSalesRecord(scenario, trace, clock.monotonicMs);
  let { recoverAtMs } = scenario;

  function failureOf({ message }: OutgoingMessage, client: string | undefined): SentFailure | undefined {
    const nowMs = clock.monotonicMs();
    if (nowMs >= recoverAtMs) return undefined;
    const isRefused = client !== undefined && client === scenario.refusedClient && nowMs >= scenario.refusedFromMs;
    if (isRefused) return "401";
    return "requestId" in message ? record.find(message.requestId)?.failure : undefined;
  }

  const outbox = createMemoryOutbox(clock.monotonicMs);
  const electrum = withFailures(createSimulatedElectrum(clock), clock, failureOf);
  const environment = { random, scenario, clock, trace, electrum, outbox, record };
  const till = startMortalTill(environment);
  letCustomersCome(environment, till);
  await clock.advance(openMs(scenario));
  record.endChecks();

  recoverAtMs = Math.min(recoverAtMs, clock.monotonicMs());
  trace.add("run", "all have recovered");
  const emptyByMs = clock.monotonicMs() + MAX_RECOVERY_MS;
  while (!(await isNothingDue(outbox))) {
    if (clock.monotonicMs() >= emptyByMs) {
      record.report(describeViolation("terminates"));
      break;
    }
    await clock.advance(STEP_MS);
  }
  till.kill();
  return {
    seed,
    scenario,
    virtualMs: clock.monotonicMs(),
    ...record.summary(),
    trace: trace.lines,
    digest: trace.digest(),
  };
}
