import type { SupervisedTill } from "./supervised-till.ts";
import type { ProcessEnvironment } from "./ports.ts";

/** Ten minutes: longer than any lease or deadline, and shorter than the time for which a till would wait for a clock to come back. */
const MAX_JUMP_MS = 10 * 60 * 1000;

/** Faults that no call causes. */
export interface BackgroundFaults {
  /** How far the clock was set back, all in all. What waits for a moment waits that much longer. */
  readonly setBackMs: () => number;
}

/** Lets processes die and clocks jump, every now and then, while the run is faulty. */
export function startBackgroundFaults(
  { context, oracle }: ProcessEnvironment,
  tills: readonly SupervisedTill[],
): BackgroundFaults {
  const { clock, random, trace, faultCounter, scenario, isHealthy } = context;
  let setBackMs = 0;

  async function injectEvery(ms: number, injectFault: () => Promise<void> | void): Promise<void> {
    if (!Number.isFinite(ms)) return;
    for (;;) {
      await clock.sleep(random.below(2 * ms));
      if (isHealthy()) return;
      await injectFault();
    }
  }

  async function endProcess(): Promise<void> {
    const supervisedTill = random.pick(tills);
    if (random.chance(0.2)) await supervisedTill.restart();
    else supervisedTill.crash("crash at any moment");
  }

  function jump(): void {
    const isBack = random.chance(0.5);
    const ms = random.below(random.chance(0.5) ? 2_000 : MAX_JUMP_MS) * (isBack ? -1 : 1);
    clock.jump(ms);
    setBackMs += Math.max(-ms, 0);
    oracle.recordClockJump();
    faultCounter.record(isBack ? "jump back" : "jump ahead");
    trace.add("clock", `jumps by ${ms} ms`);
  }

  oracle.expectNoThrow(injectEvery(scenario.rates.crashIntervalMs, endProcess));
  oracle.expectNoThrow(injectEvery(scenario.rates.jumpIntervalMs, jump));
  return { setBackMs: () => setBackMs };
}
