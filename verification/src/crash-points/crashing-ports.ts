import type { Electrum, Outbox } from "@electrum-vouchers/core/ports";
import type { SimulatedElectrum, TillPorts, TillProcess } from "@electrum-vouchers/testkit";
import { createMortalPorts } from "../harness/mortal-ports.ts";
import { type PausableClock, pauseTimeDuring } from "../harness/pausable-clock.ts";
import { describeViolation } from "../oracle/invariants.ts";
import type { Oracle } from "../oracle/oracle.ts";

export interface PortDependencies {
  readonly clock: PausableClock;
  readonly electrum: SimulatedElectrum;
  readonly outbox: Outbox;
  readonly oracle: Oracle;
}

/** Called at every point at which a process may die; gives `true` if it has died there. */
export type CrashPointHandler = (point: string) => boolean;

/**
 * Ports at each of whose calls the process may die: before it, after it, and while a message is under way, which then arrives
 * as late as it can.
 */
export function createCrashingPorts(
  { clock, electrum, outbox, oracle }: PortDependencies,
  tillProcess: TillProcess,
  crashesAt: CrashPointHandler,
): TillPorts {
  const send: Electrum["send"] = (outgoing, deadlineAt, client) => {
    const leftMs = deadlineAt - clock.now();
    // The clock is exact here, so the till has no cause to send what is too late.
    if (leftMs <= 0) oracle.reportViolation(describeViolation("sentBeforeDeadline", outgoing.operation));
    return crashesAt(`amid electrum.send ${outgoing.operation}`)
      ? electrum.sendSlowly(outgoing, deadlineAt, leftMs - 1, client)
      : electrum.send(outgoing, deadlineAt, client);
  };

  return createMortalPorts(
    { clock, electrum: { send, close: () => undefined }, outbox: pauseTimeDuring(outbox, clock) },
    { tillProcess, oracle },
    (moment, { port, name }) => void crashesAt(`${moment} ${port}.${name}`),
  );
}
