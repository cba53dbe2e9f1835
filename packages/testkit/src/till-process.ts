import type { Instant } from "@electrum-vouchers/core";
import type { Electrum, Outbox } from "@electrum-vouchers/core/ports";
import { ResultAsync } from "neverthrow";
import type { SimulatedClock } from "./simulated-clock.ts";

// A process that dies cannot be imitated by an exception: code would catch it. Here a call of a dead process never returns.

/** The part of a clock that a till needs: the runtime's `Clock`, by its shape. */
export type TillClock = Pick<SimulatedClock, "now" | "monotonicMs" | "sleep">;

/** All that a till's process reaches the outside by. */
export interface TillPorts {
  readonly electrum: Electrum;
  readonly outbox: Outbox;
  readonly clock: TillClock;
}

/** The life of one till process: after it was killed, nothing that it waits for comes back to it. */
export interface TillProcess {
  /** Tells it from the other processes of a test. */
  readonly name: string;
  /** What its wall clock shows. */
  readonly now: () => Instant;
  readonly isDead: () => boolean;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
  /** Resolves when it ends. */
  readonly died: Promise<void>;
  /** What `work` gives, if the process still lives by then; else it never settles. */
  untilKilled<Value>(work: PromiseLike<Value>): Promise<Value>;
}

/** Starts the life of a process that shows the time of `now`. */
export function startTillProcess(name: string, now: () => Instant): TillProcess {
  const { promise: died, resolve } = Promise.withResolvers<void>();
  let isDead = false;
  return {
    name,
    now,
    isDead: () => isDead,
    kill: () => {
      isDead = true;
      resolve();
    },
    died,
    untilKilled: async (work) => {
      const value = await work;
      return isDead ? waitForever() : value;
    },
  };
}

/** A new promise each time: one that never settles keeps everything that waits for it. */
export const waitForever = (): Promise<never> => new Promise(() => undefined);

/**
 * The ports as this process sees them: after it was killed, it starts no call, and no call comes back to it.
 *
 * @example
 * const tillProcess = startTillProcess("the first till", clock.now);
 * const till = await startTill({ ...killablePorts({ electrum, outbox, clock }, tillProcess), policy });
 * tillProcess.kill();
 */
export function killablePorts({ electrum, outbox, clock }: TillPorts, tillProcess: TillProcess): TillPorts {
  const whileAlive = async <Value>(work: () => PromiseLike<Value>): Promise<Value> =>
    tillProcess.isDead() ? waitForever() : tillProcess.untilKilled(work());
  const call = <Value, Failure>(work: () => ResultAsync<Value, Failure>): ResultAsync<Value, Failure> =>
    new ResultAsync(whileAlive(work));

  return {
    electrum: {
      send: (message, deadlineAt, client) => call(() => electrum.send(message, deadlineAt, client)),
      credentialsNumber: (client) => electrum.credentialsNumber?.(client) ?? 0,
      close: () => {},
    },
    outbox: {
      commit: (change) => call(() => outbox.commit(change)),
      load: (id) => call(() => outbox.load(id)),
      claim: (request) => call(() => outbox.claim(request)),
      postpone: (postponement) => call(() => outbox.postpone(postponement)),
      findAhead: (request) => call(() => outbox.findAhead(request)),
      advance: (request) => call(() => outbox.advance(request)),
      undelivered: (queue) => call(() => outbox.undelivered(queue)),
      secret: () => call(() => outbox.secret()),
      correctColumns: (query) => call(() => outbox.correctColumns(query)),
      release: (release) => call(() => outbox.release(release)),
      watch: (listener) =>
        outbox.watch(() => {
          if (!tillProcess.isDead()) listener();
        }),
      close: () => call(() => outbox.close()),
    },
    clock: {
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      sleep: (ms, signal) => whileAlive(() => clock.sleep(ms, signal)),
    },
  };
}
