import type { Electrum, Outbox } from "@electrum-vouchers/core/ports";
import type { SimulatedElectrum, TillPorts, TillProcess } from "@electrum-vouchers/testkit";
import { ResultAsync } from "neverthrow";
import { createMortalPorts } from "../harness/mortal-ports.ts";
import type { PausableClock } from "../harness/pausable-clock.ts";
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

/** The outbox, with time standing still while it is at work: SQLite works in real time. */
function pauseTimeDuring(outbox: Outbox, { pauseDuring }: PausableClock): Outbox {
  const pause = <Value, Failure>(work: ResultAsync<Value, Failure>): ResultAsync<Value, Failure> =>
    new ResultAsync(pauseDuring(work));
  return {
    commit: (change) => pause(outbox.commit(change)),
    load: (id) => pause(outbox.load(id)),
    claim: (request) => pause(outbox.claim(request)),
    postpone: (postponement) => pause(outbox.postpone(postponement)),
    advance: (request) => pause(outbox.advance(request)),
    release: (release) => pause(outbox.release(release)),
    close: () => pause(outbox.close()),
  };
}
