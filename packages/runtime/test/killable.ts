import type { Electrum, Outbox } from "@electrum-vouchers/core/ports";
import { ResultAsync } from "neverthrow";
import type { Clock } from "../src/clock.ts";

/** The world of one process: once it is killed, nothing it does reaches anybody, and nothing reaches it. */
export interface Killable {
  readonly electrum: Electrum;
  readonly outbox: Outbox;
  readonly clock: Clock;
  kill(): void;
}

export function killable(world: Pick<Killable, "electrum" | "outbox" | "clock">): Killable {
  const { electrum, outbox, clock } = world;
  let isAlive = true;
  const noResponse = new Promise<never>(() => {});

  const whileAlive = async <Value>(act: () => PromiseLike<Value>): Promise<Value> => {
    if (!isAlive) return noResponse;
    const value = await act();
    return isAlive ? value : noResponse;
  };
  const call = <Value, Failure>(act: () => ResultAsync<Value, Failure>): ResultAsync<Value, Failure> =>
    new ResultAsync(whileAlive(act));

  return {
    electrum: { send: (message, deadlineAt) => call(() => electrum.send(message, deadlineAt)), close: () => {} },
    outbox: {
      commit: (change) => call(() => outbox.commit(change)),
      load: (id) => call(() => outbox.load(id)),
      claim: (request) => call(() => outbox.claim(request)),
      postpone: (postponement) => call(() => outbox.postpone(postponement)),
      release: (release) => call(() => outbox.release(release)),
      close: () => call(() => outbox.close()),
    },
    clock: {
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      sleep: (ms, signal) => whileAlive(() => clock.sleep(ms, signal)),
    },
    kill: () => {
      isAlive = false;
    },
  };
}
