import type { ResultAsync } from "neverthrow";
import type { SimulatedClock } from "./simulated-clock.ts";
import { unwrapError, unwrap } from "./unwrap.ts";

/** Lets simulated time pass until something has happened, and no longer. */
export interface SimulatedWaits {
  /** Until something has settled. */
  settled<Value>(promise: PromiseLike<Value>): Promise<Value>;
  /** Until the call has succeeded. */
  done<Value, Failure>(call: ResultAsync<Value, Failure>): Promise<Value>;
  /** Until the call has failed. */
  failed<Value, Failure>(call: ResultAsync<Value, Failure>): Promise<Failure>;
  /** Until it is so. */
  until(isSo: () => Promise<boolean>): Promise<void>;
}

/** Beyond every deadline, retry and repeat of a test's policies. */
const MAX_WAIT_MS = 30 * 60_000;
const STEP_MS = 100;

export function createSimulatedWaits(clock: SimulatedClock): SimulatedWaits {
  async function until(isSo: () => Promise<boolean>): Promise<void> {
    await clock.advance(0);
    for (let waitedMs = 0; !(await isSo()); waitedMs += STEP_MS) {
      if (waitedMs === MAX_WAIT_MS) throw new Error("it has not happened in time");
      await clock.advance(STEP_MS);
    }
  }

  async function settled<Value>(promise: PromiseLike<Value>): Promise<Value> {
    let isSettled = false;
    const settling = Promise.resolve(promise).finally(() => {
      isSettled = true;
    });
    await until(async () => isSettled);
    return settling;
  }

  return {
    until,
    settled,
    done: async (call) => unwrap(await settled(call)),
    failed: async (call) => unwrapError(await settled(call)),
  };
}
