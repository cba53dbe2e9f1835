import { type ProviderName, providerNames } from "@electrum-vouchers/simulator";
import { startTill, type Till } from "@electrum-vouchers/runtime";
import { startTillProcess, type TillProcess } from "@electrum-vouchers/testkit";
import { err, type Result, type ResultAsync } from "neverthrow";
import { receiverIdOf } from "../harness/receiver.ts";
import type { SimulatedFaultKind } from "./faults.ts";
import { generateUuid } from "./messages.ts";
import { createFaultyPorts, type ProcessEnvironment } from "./ports.ts";

/** A till whose process is started again, under the same name, whenever it has ended. */
export interface SupervisedTill {
  readonly name: string;
  /** Calls the till. `processDead`: there is no process, or it died before it returned. */
  call<Value, Failure>(
    work: (till: Till) => ResultAsync<Value, Failure>,
  ): Promise<Result<Value, Failure | ProcessDead>>;
  /** The process ends at once, whatever it is doing. Another starts after a while. */
  crash(kind: SimulatedFaultKind): void;
  /** The till stops as it should, and its process ends. Another starts after a while. */
  restart(): Promise<void>;
  /** The operator resumes the forwarder if it has halted: the credentials are right again. */
  resumeForwarding(): void;
}

export interface ProcessDead {
  readonly type: "processDead";
}

const processDead: ProcessDead = { type: "processDead" };

/** How long it takes at most until a dead process is started again. */
const MAX_DOWN_MS = 30_000;

interface RunningProcess {
  readonly tillProcess: TillProcess;
  /** Absent while it starts. */
  readonly till?: Till;
}

export function createSupervisedTill(number: number, environment: ProcessEnvironment): SupervisedTill {
  const { context, oracle } = environment;
  const { clock, random, trace, faultCounter, scenario } = context;
  const name = `till ${number}`;
  const skewMs = scenario.skewMs * (number - 1);
  let running: RunningProcess | undefined;

  async function start(): Promise<void> {
    const tillProcess = startTillProcess(name, () => clock.now() + skewMs);
    running = { tillProcess };
    trace.add(name, "starts");
    const till = await tillProcess.untilKilled(startTillIn(environment, tillProcess, crash));
    running = { tillProcess, till };
  }

  /** Ends a process if it has not ended yet, and starts the next one after a while. */
  function end({ tillProcess }: RunningProcess, kind: SimulatedFaultKind): void {
    if (tillProcess.isDead()) return;
    faultCounter.record(kind);
    trace.add(name, kind);
    tillProcess.kill();
    running = undefined;
    oracle.expectNoThrow(clock.sleep(random.below(MAX_DOWN_MS)).then(start));
  }

  function crash(kind: SimulatedFaultKind): void {
    if (running !== undefined) end(running, kind);
  }

  if (skewMs !== 0) faultCounter.record("clock of a process differs");
  oracle.expectNoThrow(start());
  return {
    name,
    crash,
    call: async (work) => {
      const { tillProcess, till } = running ?? {};
      if (tillProcess === undefined || till === undefined) return err(processDead);
      return Promise.race([tillProcess.untilKilled(work(till)), tillProcess.died.then(() => err(processDead))]);
    },
    restart: async () => {
      const stopped = running;
      if (stopped?.till === undefined) return;
      trace.add(name, "stops");
      await stopped.tillProcess.untilKilled(stopped.till.stop());
      end(stopped, "stop and start");
    },
    resumeForwarding: () => {
      const { till } = running ?? {};
      if (till?.forwarder.status() !== "halted") return;
      trace.add(name, "is told that the credentials are right");
      till.forwarder.resume();
    },
  };
}

const startTillIn = (
  environment: ProcessEnvironment,
  tillProcess: TillProcess,
  crash: (kind: SimulatedFaultKind) => void,
): Promise<Till> => {
  const { context, oracle, injectDefect } = environment;
  const { policies } = context.scenario;
  return startTill({
    ...injectDefect(createFaultyPorts(environment, tillProcess, crash)),
    policy: (subject) => policies[providerOf(receiverIdOf(subject))],
    onEvent: oracle.recordEvent,
    newId: () => generateUuid(context.random),
    forwarding: { deadlineMs: 10_000 },
  });
};

/** Lookups name the provider as a routing hint, so that the policy can be chosen by it. */
const providerOf = (id: string | undefined): ProviderName => providerNames.find((name) => name === id) ?? "standard";
