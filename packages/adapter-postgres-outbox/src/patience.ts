import { setTimeout as sleep } from "node:timers/promises";
import type { OutboxUnavailable } from "@electrum-vouchers/core/ports";
import { err, ok, type Result } from "neverthrow";
import { isConnectionFailure, isRaceFailure, toOutboxFailure } from "./failures.ts";

/** How often it is tried again, if it is lost: at once it would be lost again. */
const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 500;

/** How often a statement may lose against others. Each time another has gone on. */
const MAX_RACES = 20;

/** When to try once more, and when to give up. One for each piece of work. */
export interface Patience {
  /** Whether to try again after this error, once the pause is over. */
  permits(error: unknown): Promise<boolean>;
}

/** A server that restarts is back within seconds: a cashier must not see that as an error. */
export function createPatience(patienceMs: number): Patience {
  const endsAt = performance.now() + patienceMs;
  let pauseMs = FIRST_PAUSE_MS;
  let races = 0;

  return {
    permits: async (error) => {
      if (isRaceFailure(error)) {
        races += 1;
        return races <= MAX_RACES;
      }
      if (!isConnectionFailure(error) || performance.now() + pauseMs > endsAt) return false;
      await sleep(pauseMs);
      pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
      return true;
    },
  };
}

/** Does what may be done twice, until it is done or patience ends. `attempt` counts from 0. */
export async function repeatPatiently<Value>(
  patienceMs: number,
  work: (attempt: number) => Promise<Value>,
): Promise<Result<Value, OutboxUnavailable>> {
  const patience = createPatience(patienceMs);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return ok(await work(attempt));
    } catch (error) {
      if (!(await patience.permits(error))) return err(toOutboxFailure(error));
    }
  }
}
