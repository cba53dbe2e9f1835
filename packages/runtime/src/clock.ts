import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { Instant, Uuid } from "@electrum-vouchers/core";

/** Time and ids from outside, so that a simulation can own them. */
export interface Clock {
  /** The wall clock: for what is stored and sent. It may jump, also back. */
  now(): Instant;
  /** Waits, by a clock that cannot jump. Resolves early, without an error, when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A clock that cannot jump, in milliseconds: for measuring. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const timer = setTimeout(finish, Math.min(ms, MAX_TIMER_MS));
      signal?.addEventListener("abort", finish, { once: true });
      function finish(): void {
        clearTimeout(timer);
        signal?.removeEventListener("abort", finish);
        resolve();
      }
    }),
};

/** `setTimeout` fires at once beyond 24.8 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A random UUID, version 4. */
export const randomId = (): Uuid => randomUUID();
