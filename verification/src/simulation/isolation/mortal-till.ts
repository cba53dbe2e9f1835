import { startTill, type Till } from "@electrum-vouchers/runtime";
import { type ProviderName, providerNames } from "@electrum-vouchers/simulator";
import {
  killablePorts,
  type MemoryOutbox,
  policyOf,
  providerProfiles,
  type SimulatedClock,
  startTillProcess,
  type TillPorts,
  type TillProcess,
} from "@electrum-vouchers/testkit";
import { watchCommits } from "../../harness/watch-outbox.ts";
import { receiverIdOf } from "../../harness/receiver.ts";
import type { Random } from "../../random.ts";
import { generateUuid } from "../messages.ts";
import type { Trace } from "../trace.ts";
import type { SalesRecord } from "./sales-record.ts";
import type { IsolationScenario } from "./scenario.ts";

/** What surrounds the one till of a run. */
export interface ShopEnvironment {
  readonly random: Random;
  readonly scenario: IsolationScenario;
  readonly clock: SimulatedClock;
  readonly trace: Trace;
  readonly electrum: TillPorts["electrum"];
  /** It outlives the process. */
  readonly outbox: MemoryOutbox;
  readonly record: SalesRecord;
}

export interface RunningProcess {
  readonly tillProcess: TillProcess;
  /** Absent while it starts. */
  readonly till?: Till;
}

const MAX_DOWN_MS = 5_000;

/** The till of a run. */
export interface MortalTill {
  /** Absent while it is down. */
  running(): RunningProcess | undefined;
  kill(): void;
}

/** Starts the till. If the scenario says so, its process dies once, and another starts after a while. */
export function startMortalTill({
  random,
  scenario,
  clock,
  trace,
  record,
  outbox,
  electrum,
}: ShopEnvironment): MortalTill {
  let running: RunningProcess | undefined;

  async function start(): Promise<void> {
    const tillProcess = startTillProcess("till", clock.now);
    running = { tillProcess };
    record.noteStart();
    trace.add("till", "starts");
    const own = watchCommits(outbox.connect(), record.observe);
    void tillProcess.died.then(() => own.crash());
    const starting = startTill({
      ...killablePorts({ electrum, outbox: own, clock }, tillProcess),
      policy: (subject) => policyOf({ provider: providerProfiles[providerOf(receiverIdOf(subject))] }),
      newId: () => generateUuid(random),
      onEvent: (event) => {
        if (event.type === "sent") trace.add("till", `sends ${event.operation} of ${trace.nameOf(event.id)}`);
        if (event.type === "forwarder") trace.add("forwarder", event.status);
        if (event.type === "alert") trace.add("alert", event.alert.reason);
      },
    });
    running = { tillProcess, till: await tillProcess.untilKilled(starting) };
  }

  function kill(): void {
    running?.tillProcess.kill();
    running = undefined;
    trace.add("till", "dies");
  }

  async function crash(): Promise<void> {
    await clock.sleep(scenario.crashAtMs);
    kill();
    await clock.sleep(random.below(MAX_DOWN_MS));
    await start();
  }

  void start();
  if (Number.isFinite(scenario.crashAtMs)) void crash();
  return { running: () => running, kill };
}

const providerOf = (id: string | undefined): ProviderName => providerNames.find((name) => name === id) ?? "standard";
