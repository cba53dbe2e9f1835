import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { remainingWaitMs } from "./waits.ts";

const COMMITTED_AT = Date.parse("2026-03-01T08:00:00.000Z");
const A_DAY_MS = 86_400_000;
const waiting = (durationMs: number, waitedMs?: number) => ({
  due: { at: COMMITTED_AT + durationMs, work: "timer", description: "decision" } as const,
  committedAt: COMMITTED_AT,
  ...(waitedMs === undefined ? {} : { waitedMs }),
});
const context = (now: number, seenForMs = 0) => ({ now, replyDeadlineMs: 60_000, seenForMs });
const nextDay = context(COMMITTED_AT + A_DAY_MS);

describe("work that the wall clock shows as due", () => {
  test("was due at its commit: it waits for nothing, whatever else is known", () => {
    for (const waitedMs of [undefined, 0, 5]) expect(remainingWaitMs(waiting(0, waitedMs), nextDay)).toBe(0);
    expect(remainingWaitMs(waiting(-5), nextDay)).toBe(0);
  });

  test("has waited its time by a clock that cannot be set: it may be done", () => {
    expect(remainingWaitMs(waiting(300_000, 300_000), nextDay)).toBe(0);
  });

  test("has done so but for the time that a commit takes: it may be done", () => {
    expect(remainingWaitMs(waiting(300_000, 299_900), context(COMMITTED_AT + 300_000))).toBe(0);
    expect(remainingWaitMs(waiting(300_000, 299_899), context(COMMITTED_AT + 300_000))).toBe(101);
  });

  test("has not: the wall clock was set forward, and the rest is waited", () => {
    expect(remainingWaitMs(waiting(300_000, 2_000), nextDay)).toBe(298_000);
  });

  test("is of before the machine was started: a reply deadline is waited from first sight, or less if the wait was shorter", () => {
    const seen = (seenForMs: number) => context(COMMITTED_AT + A_DAY_MS, seenForMs);
    expect(remainingWaitMs(waiting(300_000), seen(0))).toBe(60_000);
    expect(remainingWaitMs(waiting(300_000), seen(59_899))).toBe(101);
    expect(remainingWaitMs(waiting(300_000), seen(60_000))).toBe(0);
    expect(remainingWaitMs(waiting(2_000), seen(0))).toBe(2_000);
  });

  test("never waits longer than its duration", () => {
    fc.assert(
      fc.property(fc.nat(), fc.option(fc.nat(), { nil: undefined }), fc.nat(), (durationMs, waitedMs, seenForMs) => {
        const now = COMMITTED_AT + durationMs + A_DAY_MS;
        const restMs = remainingWaitMs(waiting(durationMs, waitedMs), context(now, seenForMs));
        expect(restMs).toBeGreaterThanOrEqual(0);
        expect(restMs).toBeLessThanOrEqual(durationMs);
      }),
    );
  });
});
