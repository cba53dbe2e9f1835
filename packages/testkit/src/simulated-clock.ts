import { setImmediate as nextTurn } from "node:timers/promises";
import type { Instant } from "@electrum-vouchers/core";

/** Time that moves only when it is told to. It is a `Clock` of the runtime, by its shape. */
export interface SimulatedClock {
  /** The wall clock: for what is stored and sent. It may jump, also back. */
  now(): Instant;
  /** A clock that cannot jump, in milliseconds since the simulation began. */
  monotonicMs(): number;
  /** Waits until that much time was advanced. Resolves early, without an error, when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Lets time pass. Whoever sleeps is woken at the very moment, in the order of the moments, those of one moment in the order
   * in which they fell asleep; what each then does is done before the next is woken, and may sleep anew.
   */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock forward, or back where `ms` is negative, as an operator or a time server does. No sleeper notices. */
  jump(ms: number): void;
}

interface Sleeper {
  readonly wakesAtMs: number;
  wake(): void;
}

/** Far more than a simulation of days needs in one go: beyond it somebody sleeps in circles without time moving. */
const MAX_WAKES_PER_ADVANCE = 1_000_000;

/** A clock that shows `startAt` until it is advanced. */
export function createSimulatedClock(startAt: Instant): SimulatedClock {
  let elapsedMs = 0;
  let jumpedMs = 0;
  /** The next to wake comes first. */
  const sleepers: Sleeper[] = [];

  function fallAsleep(sleeper: Sleeper): void {
    const later = sleepers.findIndex(({ wakesAtMs }) => wakesAtMs > sleeper.wakesAtMs);
    sleepers.splice(later === -1 ? sleepers.length : later, 0, sleeper);
  }

  function wakeUp(sleeper: Sleeper): void {
    const index = sleepers.indexOf(sleeper);
    if (index !== -1) sleepers.splice(index, 1);
    sleeper.wake();
  }

  return {
    now: () => startAt + elapsedMs + jumpedMs,
    monotonicMs: () => elapsedMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const abort = (): void => wakeUp(sleeper);
        const sleeper: Sleeper = {
          wakesAtMs: elapsedMs + Math.max(ms, 0),
          wake: () => {
            signal?.removeEventListener("abort", abort);
            resolve();
          },
        };
        signal?.addEventListener("abort", abort, { once: true });
        fallAsleep(sleeper);
      }),
    advance: async (ms) => {
      const untilMs = elapsedMs + ms;
      await nextTurn();
      for (let wakes = 0; ; wakes += 1) {
        const [next] = sleepers;
        if (next === undefined || next.wakesAtMs > untilMs) break;
        if (wakes === MAX_WAKES_PER_ADVANCE)
          throw new Error(`${wakes} wakes in one advance: somebody sleeps in circles`);
        elapsedMs = next.wakesAtMs;
        wakeUp(next);
        await nextTurn();
      }
      elapsedMs = untilMs;
    },
    jump: (ms) => {
      jumpedMs += ms;
    },
  };
}
