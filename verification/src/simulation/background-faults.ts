import type { SupervisedTill } from "./supervised-till.ts";
import type { ProcessEnvironment } from "./ports.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How far clocks jump: within what passes for a delay, beyond any lease and deadline, by days, and by years. */
const jumpSizesMs = [2_000, 2_000, 10 * MINUTE_MS, 10 * MINUTE_MS, DAY_MS, 10 * 365 * DAY_MS];

/** Lets processes die and clocks jump, every now and then, while the run is faulty. */
export function startBackgroundFaults({ context, oracle }: ProcessEnvironment, tills: readonly SupervisedTill[]): void {
  const { clock, random, trace, faultCounter, scenario, isHealthy } = context;

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
    const ms = random.below(random.pick(jumpSizesMs)) * (isBack ? -1 : 1);
    // A clock whose battery is empty starts in 1970.
    const isEmpty = random.chance(0.05);
    clock.jump(isEmpty ? random.below(DAY_MS) - clock.now() : ms);
    faultCounter.record(isEmpty ? "clock starts in 1970" : isBack ? "jump back" : "jump ahead");
    trace.add("clock", isEmpty ? "starts in 1970" : `jumps by ${ms} ms`);
  }

  oracle.expectNoThrow(injectEvery(scenario.rates.crashIntervalMs, endProcess));
  oracle.expectNoThrow(injectEvery(scenario.rates.jumpIntervalMs, jump));
}
