import type { Host } from "./host.ts";
import type { Surroundings } from "./ports.ts";

/** Ten minutes: more than any lease or deadline, less than what a till would wait for a clock to come back. */
const MAX_JUMP_MS = 10 * 60 * 1000;

/** Has processes die and clocks jump, every now and then, while the storm lasts. */
export function startTroubles({ stage, watch }: Surroundings, hosts: readonly Host[]): void {
  const { clock, random, trace, faults, scenario, isCalm } = stage;

  async function every(ms: number, trouble: () => Promise<void> | void): Promise<void> {
    if (!Number.isFinite(ms)) return;
    for (;;) {
      await clock.sleep(random.below(2 * ms));
      if (isCalm()) return;
      await trouble();
    }
  }

  async function endProcess(): Promise<void> {
    const host = random.pick(hosts);
    if (random.chance(0.2)) await host.restart();
    else host.crash("crash at any moment");
  }

  function jump(): void {
    const isBack = random.chance(0.5);
    const ms = random.below(random.chance(0.5) ? 2_000 : MAX_JUMP_MS) * (isBack ? -1 : 1);
    clock.jump(ms);
    watch.jumped();
    faults.happened(isBack ? "jump back" : "jump ahead");
    trace.add("clock", `jumps by ${ms} ms`);
  }

  void every(scenario.rates.crashEveryMs, endProcess);
  void every(scenario.rates.jumpEveryMs, jump);
}
