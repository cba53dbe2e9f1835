import { setImmediate as nextTurn } from "node:timers/promises";
import type { Instant } from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import type { Clock } from "@electrum-vouchers/runtime";
import { createSimulatedClock } from "@electrum-vouchers/testkit";
import { ResultAsync } from "neverthrow";

/** A simulated clock that stands still while a port does real work. */
export interface PausableClock extends Clock {
  /** Work during which no time passes. */
  pauseDuring<Value>(work: PromiseLike<Value>): Promise<Value>;
  /** Lets time pass until the condition holds. Gives `false` if it does not hold by then, or if nothing waits for the clock any more. */
  advanceUntil(condition: () => boolean | Promise<boolean>, deadlineAt: Instant): Promise<boolean>;
}

/** Work that takes more turns of the event loop than this never ends. */
const MAX_TURNS = 10_000;

export function createPausableClock(startsAt: Instant): PausableClock {
  const clock = createSimulatedClock(startsAt);
  const wakeUps = new Set<{ readonly atMs: number }>();
  let activeCalls = 0;

  /** Waits until everything is done that needs no time to pass. */
  async function drainEventLoop(): Promise<void> {
    for (let turns = 0, quietTurns = 0; quietTurns < 2; turns += 1) {
      if (turns === MAX_TURNS) throw new Error("a port never ends its work");
      await nextTurn();
      quietTurns = activeCalls === 0 ? quietTurns + 1 : 0;
    }
  }

  return {
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    sleep: async (ms, signal) => {
      const wakeUp = { atMs: clock.monotonicMs() + ms };
      wakeUps.add(wakeUp);
      await clock.sleep(ms, signal);
      wakeUps.delete(wakeUp);
    },
    pauseDuring: async (work) => {
      activeCalls += 1;
      try {
        return await work;
      } finally {
        activeCalls -= 1;
      }
    },
    advanceUntil: async (condition, deadlineAt) => {
      for (;;) {
        await drainEventLoop();
        if (await condition()) return true;
        const nextMs = Math.min(...[...wakeUps].map(({ atMs }) => atMs));
        if (nextMs > deadlineAt - startsAt) return false;
        await clock.advance(Math.max(0, nextMs - clock.monotonicMs()));
      }
    },
  };
}

/** The outbox, with time standing still while it is at work: SQLite works in real time. */
export function pauseTimeDuring(outbox: Outbox, { pauseDuring }: PausableClock): Outbox {
  const pause = <Value, Failure>(work: ResultAsync<Value, Failure>): ResultAsync<Value, Failure> =>
    new ResultAsync(pauseDuring(work));
  return {
    commit: (change) => pause(outbox.commit(change)),
    load: (id) => pause(outbox.load(id)),
    claim: (request) => pause(outbox.claim(request)),
    postpone: (postponement) => pause(outbox.postpone(postponement)),
    advance: (request) => pause(outbox.advance(request)),
    release: (release) => pause(outbox.release(release)),
    undelivered: (queue) => pause(outbox.undelivered(queue)),
    secret: () => pause(outbox.secret()),
    correctColumns: (query) => pause(outbox.correctColumns(query)),
    findAhead: (request) => pause(outbox.findAhead(request)),
    watch: (listener) => outbox.watch(listener),
    close: () => pause(outbox.close()),
  };
}
