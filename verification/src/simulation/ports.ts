import type { MemoryOutbox, TillPorts, TillProcess } from "@electrum-vouchers/testkit";
import { ResultAsync } from "neverthrow";
import { createMortalPorts, type CrashPointVisitor, type PortCall } from "../harness/mortal-ports.ts";
import { transactionIdOf } from "../oracle/messages.ts";
import type { Oracle } from "../oracle/oracle.ts";
import type { SimulatedFaultKind } from "./faults.ts";
import { createFaultyOutbox } from "./faulty-outbox.ts";
import type { SimulatedNetwork } from "./network.ts";
import { faultOccurs, type RunContext } from "./run-context.ts";

/** What surrounds the till processes of a run. */
export interface ProcessEnvironment {
  readonly context: RunContext;
  /** The one outbox that all processes share, and that outlives them. */
  readonly sharedOutbox: MemoryOutbox;
  readonly network: SimulatedNetwork;
  readonly oracle: Oracle;
  readonly injectDefect: DefectInjector;
}

/** Changes the ports of each process: not at all, or by a defect that the search is to find. */
export type DefectInjector = (ports: TillPorts) => TillPorts;

/** The ports of one till process, with everything that may go wrong at them. */
export function createFaultyPorts(
  { context, sharedOutbox, network, oracle }: ProcessEnvironment,
  tillProcess: TillProcess,
  crash: (kind: SimulatedFaultKind) => void,
): TillPorts {
  const { clock, scenario, trace } = context;

  const crashByChance: CrashPointVisitor = (moment, call) => {
    const kind = crashKindAt(moment, call);
    if (kind !== undefined && faultOccurs(context, scenario.rates.perCrashPoint)) crash(kind);
  };

  const ports: TillPorts = {
    outbox: createFaultyOutbox(context, connectFor(tillProcess, sharedOutbox), oracle, tillProcess),
    electrum: {
      send: (outgoing, deadlineAt) => {
        const id = transactionIdOf(outgoing);
        const transactionName = id === undefined ? "a customer" : trace.nameOf(id);
        return new ResultAsync(network.send(outgoing, deadlineAt - tillProcess.now(), transactionName));
      },
      close: () => undefined,
    },
    clock: { now: tillProcess.now, monotonicMs: clock.monotonicMs, sleep: clock.sleep },
  };
  return createMortalPorts(ports, { tillProcess, oracle }, crashByChance);
}

/** The outbox as this process has it open, for as long as it lives. */
function connectFor(tillProcess: TillProcess, sharedOutbox: MemoryOutbox): MemoryOutbox {
  const outbox = sharedOutbox.connect();
  void tillProcess.died.then(() => outbox.crash());
  return outbox;
}

/** What to call a crash there. None is drawn while a process sleeps: it may die at any moment anyway. */
function crashKindAt(moment: "before" | "after", { port, name }: PortCall): SimulatedFaultKind | undefined {
  if (port === "electrum") return `crash ${moment} a send`;
  if (port === "clock" || name === "close") return undefined;
  return name.startsWith("commit") ? `crash ${moment} a commit` : "crash at another call of a port";
}
