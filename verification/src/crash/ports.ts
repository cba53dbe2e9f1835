import type { Electrum as ElectrumPort, Outbox } from "@electrum-vouchers/core/ports";
import type { Clock } from "@electrum-vouchers/runtime";
import { ResultAsync } from "neverthrow";
import { forEver, type Life } from "../simulation/life.ts";
import type { Electrum } from "./electrum.ts";
import type { Time } from "./time.ts";
import type { Witness } from "./witness.ts";

/** The ports of a till's process. */
export interface Ports {
  readonly electrum: ElectrumPort;
  readonly outbox: Outbox;
  readonly clock: Clock;
}

export interface Surroundings {
  readonly time: Time;
  readonly electrum: Electrum;
  readonly outbox: Outbox;
  readonly witness: Witness;
}

/** Told of every point at which a process may die; `true` where it has died there. */
export type Reached = (point: string) => boolean;

/**
 * Ports at each of whose calls the process may die: before the call, so that nothing comes of it; after, so that nobody hears
 * what came of it; and while a message is under way, which then arrives as late as it can.
 */
export function createPorts({ time, electrum, outbox, witness }: Surroundings, life: Life, reached: Reached): Ports {
  async function through<Value>(call: string, work: () => PromiseLike<Value>): Promise<Value> {
    if (life.isOver() || reached(`before ${call}`)) return forEver();
    const value = await work();
    return life.isOver() || reached(`after ${call}`) ? forEver() : value;
  }

  const atOutbox = <Value, Failure>(
    call: string,
    work: () => ResultAsync<Value, Failure>,
  ): ResultAsync<Value, Failure> => new ResultAsync(through(`outbox.${call}`, () => time.during(work())));

  const send: ElectrumPort["send"] = (outgoing, deadlineAt) =>
    new ResultAsync(
      through(`electrum.send ${outgoing.operation}`, async () => {
        const isAnswered = witness.sends(outgoing, time.now(), deadlineAt);
        const isDying = reached(`amid electrum.send ${outgoing.operation}`);
        const answer = await electrum.send(outgoing, deadlineAt, isDying ? deadlineAt - time.now() - 1 : undefined);
        if (!life.isOver() && answer.isOk()) isAnswered();
        return answer;
      }),
    );

  return {
    electrum: { send, close: () => undefined },
    outbox: {
      commit: (change) => atOutbox(`commit ${change.state}`, () => outbox.commit(change)),
      load: (id) => atOutbox("load", () => outbox.load(id)),
      claim: (request) => atOutbox("claim", () => outbox.claim(request)),
      postpone: (postponement) => atOutbox("postpone", () => outbox.postpone(postponement)),
      release: (release) => atOutbox("release", () => outbox.release(release)),
      close: () => atOutbox("close", () => outbox.close()),
    },
    clock: {
      now: () => time.now(),
      monotonicMs: () => time.monotonicMs(),
      sleep: (ms, signal) => through("clock.sleep", () => time.sleep(ms, signal)),
    },
  };
}
