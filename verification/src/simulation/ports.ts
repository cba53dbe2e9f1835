import type { Electrum, Outbox } from "@electrum-vouchers/core/ports";
import type { Clock } from "@electrum-vouchers/runtime";
import { ResultAsync } from "neverthrow";
import type { SimulatedFaultKind } from "./faults.ts";
import { createFaultyOutbox } from "./faulty-outbox.ts";
import { waitForever, type TillProcess } from "./till-process.ts";
import type { SimulatedNetwork } from "./network.ts";
import { faultOccurs, type RunContext } from "./run-context.ts";
import type { SharedOutbox } from "./shared-outbox.ts";
import { transactionIdOf } from "./sends.ts";
import type { Oracle } from "./oracle.ts";

/** What surrounds the till processes of a run. */
export interface ProcessEnvironment {
  readonly context: RunContext;
  readonly sharedOutbox: SharedOutbox;
  readonly network: SimulatedNetwork;
  readonly oracle: Oracle;
  readonly injectDefect: DefectInjector;
}

/** How the ports of each process are fitted: as they are, or with a defect that the search is to find. */
export type DefectInjector = (ports: TillPorts) => TillPorts;

/** The ports of one till process. Each call may be its last. */
export interface TillPorts {
  readonly electrum: Electrum;
  readonly outbox: Outbox;
  readonly clock: Clock;
}

interface CrashFaultKinds {
  readonly before: SimulatedFaultKind;
  readonly after: SimulatedFaultKind;
}

const atCommit: CrashFaultKinds = { before: "crash before a commit", after: "crash after a commit" };
const atSend: CrashFaultKinds = { before: "crash before a send", after: "crash after a send" };
const atOtherCall: CrashFaultKinds = {
  before: "crash at another call of a port",
  after: "crash at another call of a port",
};

export function createFaultyPorts(
  { context, sharedOutbox, network, oracle }: ProcessEnvironment,
  tillProcess: TillProcess,
  crash: (kind: SimulatedFaultKind) => void,
): TillPorts {
  const { clock, scenario, trace } = context;

  async function callWithCrashPoints<Value>(
    { before, after }: CrashFaultKinds,
    work: () => PromiseLike<Value>,
  ): Promise<Value> {
    crashByChance(before);
    if (tillProcess.isDead()) return waitForever();
    const value = await work();
    crashByChance(after);
    return tillProcess.isDead() ? waitForever() : value;
  }

  function crashByChance(kind: SimulatedFaultKind): void {
    if (!tillProcess.isDead() && faultOccurs(context, scenario.rates.perCrashPoint)) crash(kind);
  }

  const faulty = createFaultyOutbox(context, sharedOutbox, oracle, tillProcess);
  return {
    outbox: {
      commit: (change) => new ResultAsync(callWithCrashPoints(atCommit, () => faulty.commit(change))),
      load: (id) => new ResultAsync(callWithCrashPoints(atOtherCall, () => faulty.load(id))),
      claim: (request) => new ResultAsync(callWithCrashPoints(atOtherCall, () => faulty.claim(request))),
      postpone: (postponement) =>
        new ResultAsync(callWithCrashPoints(atOtherCall, () => faulty.postpone(postponement))),
      release: (release) => new ResultAsync(callWithCrashPoints(atOtherCall, () => faulty.release(release))),
      close: () => faulty.close(),
    },
    electrum: {
      send: (outgoing, deadlineAt) =>
        new ResultAsync(
          callWithCrashPoints(atSend, async () => {
            const onResult = oracle.recordSend(outgoing, deadlineAt, tillProcess);
            const id = transactionIdOf(outgoing);
            const transactionName = id === undefined ? "a customer" : trace.nameOf(id);
            const response = await network.send(outgoing, deadlineAt - tillProcess.now(), transactionName);
            onResult(response.isOk());
            return response;
          }),
        ),
      close: () => undefined,
    },
    clock: {
      now: tillProcess.now,
      monotonicMs: clock.monotonicMs,
      sleep: (ms, signal) => tillProcess.untilKilled(clock.sleep(ms, signal)),
    },
  };
}
