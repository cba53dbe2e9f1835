import { setImmediate as nextTurn } from "node:timers/promises";
import type { Instant } from "@electrum-vouchers/core";
import type { Clock } from "@electrum-vouchers/runtime";
import { createSimulatedClock } from "@electrum-vouchers/testkit";

/** Simulated time around real work: it stands still while a port is at work. */
export interface Time extends Clock {
  /** Work during which no time passes. */
  during<Value>(work: PromiseLike<Value>): Promise<Value>;
  /** Lets time pass until it is so; `false` where it is not so by then, or nobody waits for anything any more. */
  passUntil(isSo: () => boolean | Promise<boolean>, by: Instant): Promise<boolean>;
}

/** Work that takes more turns of the event loop than this never ends. */
const MAX_TURNS = 10_000;

export function createTime(startsAt: Instant): Time {
  const clock = createSimulatedClock(startsAt);
  const wakings = new Set<{ readonly atMs: number }>();
  let working = 0;

  /** What follows at once from what has happened so far has happened. */
  async function quiet(): Promise<void> {
    for (let turns = 0, quietTurns = 0; quietTurns < 2; turns += 1) {
      if (turns === MAX_TURNS) throw new Error("a port never ends its work");
      await nextTurn();
      quietTurns = working === 0 ? quietTurns + 1 : 0;
    }
  }

  return {
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    sleep: async (ms, signal) => {
      const waking = { atMs: clock.monotonicMs() + ms };
      wakings.add(waking);
      await clock.sleep(ms, signal);
      wakings.delete(waking);
    },
    during: async (work) => {
      working += 1;
      try {
        return await work;
      } finally {
        working -= 1;
      }
    },
    passUntil: async (isSo, by) => {
      for (;;) {
        await quiet();
        if (await isSo()) return true;
        const nextMs = Math.min(...[...wakings].map(({ atMs }) => atMs));
        if (nextMs > by - startsAt) return false;
        await clock.advance(Math.max(0, nextMs - clock.monotonicMs()));
      }
    },
  };
}
