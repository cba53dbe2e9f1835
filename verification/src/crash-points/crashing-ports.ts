import type { Electrum as ElectrumPort, Outbox } from "@electrum-vouchers/core/ports";
import type { Clock } from "@electrum-vouchers/runtime";
import type { SimulatedElectrum } from "@electrum-vouchers/testkit";
import { ResultAsync } from "neverthrow";
import { waitForever, type TillProcess } from "../simulation/till-process.ts";
import type { PausableClock } from "./pausable-clock.ts";
import type { Oracle } from "./oracle.ts";

/** The ports of a till's process. */
export interface TillPorts {
  readonly electrum: ElectrumPort;
  readonly outbox: Outbox;
  readonly clock: Clock;
}

export interface PortDependencies {
  readonly clock: PausableClock;
  readonly electrum: SimulatedElectrum;
  readonly outbox: Outbox;
  readonly oracle: Oracle;
}

/** Told of every point at which a process may die; `true` where it has died there. */
export type CrashPointHandler = (point: string) => boolean;

/**
 * Ports at each of whose calls the process may die: before the call, so that nothing comes of it; after, so that nobody hears
 * what came of it; and while a message is under way, which then arrives as late as it can.
 */
export function createCrashingPorts(
  { clock, electrum, outbox, oracle }: PortDependencies,
  tillProcess: TillProcess,
  crashesAt: CrashPointHandler,
): TillPorts {
  async function callWithCrashPoints<Value>(call: string, work: () => PromiseLike<Value>): Promise<Value> {
    if (tillProcess.isDead() || crashesAt(`before ${call}`)) return waitForever();
    const value = await work();
    return tillProcess.isDead() || crashesAt(`after ${call}`) ? waitForever() : value;
  }

  const callOutbox = <Value, Failure>(
    call: string,
    work: () => ResultAsync<Value, Failure>,
  ): ResultAsync<Value, Failure> =>
    new ResultAsync(callWithCrashPoints(`outbox.${call}`, () => clock.pauseDuring(work())));

  const send: ElectrumPort["send"] = (outgoing, deadlineAt) =>
    new ResultAsync(
      callWithCrashPoints(`electrum.send ${outgoing.operation}`, async () => {
        const markAnswered = oracle.recordSend(outgoing, clock.now(), deadlineAt);
        const crashesInTransit = crashesAt(`amid electrum.send ${outgoing.operation}`);
        const response = await electrum.send(
          outgoing,
          deadlineAt,
          crashesInTransit ? deadlineAt - clock.now() - 1 : undefined,
        );
        if (!tillProcess.isDead() && response.isOk()) markAnswered();
        return response;
      }),
    );

  return {
    electrum: { send, close: () => undefined },
    outbox: {
      commit: (change) => callOutbox(`commit ${change.state}`, () => outbox.commit(change)),
      load: (id) => callOutbox("load", () => outbox.load(id)),
      claim: (request) => callOutbox("claim", () => outbox.claim(request)),
      postpone: (postponement) => callOutbox("postpone", () => outbox.postpone(postponement)),
      release: (release) => callOutbox("release", () => outbox.release(release)),
      close: () => callOutbox("close", () => outbox.close()),
    },
    clock: {
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      sleep: (ms, signal) => callWithCrashPoints("clock.sleep", () => clock.sleep(ms, signal)),
    },
  };
}
