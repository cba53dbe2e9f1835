import type { Host } from "./host.ts";
import type { Surroundings } from "./ports.ts";

/** Ten minutes: more than any lease or deadline, less than what a till would wait for a clock to come back. */
const MAX_JUMP_MS = 10 * 60 * 1000;

/** What goes wrong by itself. */
export interface Troubles {
  /** How far the clock was set back, all in all: what waits for a moment waits so much longer. */
  readonly setBackMs: () => number;
}

/** Has processes die and clocks jump, every now and then, while the storm lasts. */
export function startTroubles({ stage, watch }: Surroundings, hosts: readonly Host[]): Troubles {
  const { clock, random, trace, faults, scenario, isCalm } = stage;
  let setBackMs = 0;

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
    setBackMs += Math.max(-ms, 0);
    watch.jumped();
    faults.happened(isBack ? "jump back" : "jump ahead");
    trace.add("clock", `jumps by ${ms} ms`);
  }

  watch.mind(every(scenario.rates.crashEveryMs, endProcess));
  watch.mind(every(scenario.rates.jumpEveryMs, jump));
  return { setBackMs: () => setBackMs };
}
