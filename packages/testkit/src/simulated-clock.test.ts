import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSimulatedClock } from "./simulated-clock.ts";

const START = 1_700_000_000_000;

describe("a simulated clock", () => {
  it("stands still until it is advanced", async () => {
    const clock = createSimulatedClock(START);

    expect([clock.now(), clock.monotonicMs()]).toEqual([START, 0]);
    await clock.advance(1_500);
    expect([clock.now(), clock.monotonicMs()]).toEqual([START + 1_500, 1_500]);
  });

  it("wakes every sleeper at its very moment, in order, whatever the steps", async () => {
    const durations = fc.array(fc.nat(100), { maxLength: 20 });
    const steps = fc.array(fc.nat(60), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(durations, steps, async (sleeps, advances) => {
        const clock = createSimulatedClock(START);
        const woken: (readonly [index: number, at: number])[] = [];
        for (const [index, ms] of sleeps.entries()) void clock.sleep(ms).then(() => woken.push([index, clock.now()]));

        for (const ms of advances) await clock.advance(ms);

        const total = advances.reduce((sum, ms) => sum + ms, 0);
        const due = sleeps.map((ms, index) => [index, START + ms] as const).filter(([, at]) => at <= START + total);
        expect(woken).toEqual(advances.length === 0 ? [] : due.toSorted(([, left], [, right]) => left - right));
      }),
    );
  });

  it("lets what a sleeper does happen before the next is woken, and its next sleep count", async () => {
    const clock = createSimulatedClock(START);
    const seen: string[] = [];
    const tickThrice = async (): Promise<void> => {
      for (let tick = 1; tick <= 3; tick += 1) {
        await clock.sleep(10);
        seen.push(`tick ${tick} at ${clock.monotonicMs()}`);
      }
    };
    const both = [tickThrice(), clock.sleep(25).then(() => seen.push(`alarm at ${clock.monotonicMs()}`))];

    await clock.advance(30);
    await Promise.all(both);

    expect(seen).toEqual(["tick 1 at 10", "tick 2 at 20", "alarm at 25", "tick 3 at 30"]);
  });

  it("wakes a sleeper early when its signal aborts, and does not hold on to it", async () => {
    const clock = createSimulatedClock(START);
    const leaving = new AbortController();
    const sleeping = clock.sleep(1_000, leaving.signal).then(() => clock.monotonicMs());

    await clock.advance(10);
    leaving.abort();

    expect(await sleeping).toBe(10);
    await clock.sleep(1_000, leaving.signal);
    expect(clock.monotonicMs()).toBe(10);
  });

  it("jumps its wall clock both ways without waking anybody or touching the monotonic one", async () => {
    const clock = createSimulatedClock(START);
    let isAwake = false;
    void clock.sleep(1_000).then(() => {
      isAwake = true;
    });

    clock.jump(-3_600_000);
    await clock.advance(999);
    clock.jump(7_200_000);
    await clock.advance(0);
    expect({ isAwake, now: clock.now(), monotonicMs: clock.monotonicMs() }).toEqual({
      isAwake: false,
      now: START + 3_600_000 + 999,
      monotonicMs: 999,
    });

    await clock.advance(1);
    expect(isAwake).toBe(true);
  });

  it("never wakes whoever sleeps for ever", async () => {
    const clock = createSimulatedClock(START);
    let isAwake = false;
    void clock.sleep(Number.POSITIVE_INFINITY).then(() => {
      isAwake = true;
    });

    await clock.advance(1e12);

    expect(isAwake).toBe(false);
  });
});
