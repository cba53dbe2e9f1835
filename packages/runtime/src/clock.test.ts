import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { randomId, systemClock } from "./clock.ts";

describe("the system's clock", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Whether it has resolved by now. */
  const isOver = async (sleep: Promise<void>): Promise<boolean> =>
    Promise.race([sleep.then(() => true), Promise.resolve().then(() => false)]);

  test("sleeps as long as it is told", async () => {
    const sleep = systemClock.sleep(1_000);
    await vi.advanceTimersByTimeAsync(999);
    expect(await isOver(sleep)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await isOver(sleep)).toBe(true);
  });

  test("is woken by a signal, and leaves no timer behind", async () => {
    const waking = new AbortController();
    const sleep = systemClock.sleep(1_000, waking.signal);
    waking.abort();

    await sleep;

    expect(vi.getTimerCount()).toBe(0);
  });

  test("does not fall asleep under a signal that has come before", async () => {
    await systemClock.sleep(1_000, AbortSignal.abort());

    expect(vi.getTimerCount()).toBe(0);
  });

  test("sleeps long where it is told to sleep for a year: a timer of the system would end at once", async () => {
    const sleep = systemClock.sleep(365 * 24 * 60 * 60_000);
    await vi.advanceTimersByTimeAsync(24 * 60 * 60_000);

    expect(await isOver(sleep)).toBe(false);
  });
});

test("an id is a random UUID, version 4", () => {
  expect(randomId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(randomId()).not.toBe(randomId());
});
