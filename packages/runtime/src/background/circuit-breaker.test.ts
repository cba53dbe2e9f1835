import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  capacityOf,
  type CircuitBreaker,
  onSuccess,
  onFailure,
  haltedBreaker,
  onReachable,
  onProbe,
  closedBreaker,
} from "./circuit-breaker.ts";

const pause = (probes: number): number => Math.min(1_000 * 2 ** probes, 60_000);

/** What can happen to a link without a person, some time after what happened before. */
const happening = fc.record({
  afterMs: fc.nat(120_000),
  description: fc.constantFrom("answered", "heard", "probed", "reached in vain", "nobody there" as const),
  retryAfterMs: fc.constantFrom(0, 0, 30_000),
});
type Happening = typeof happening extends fc.Arbitrary<infer Value> ? Value : never;

function after(link: CircuitBreaker, { description, retryAfterMs }: Happening, atMs: number): CircuitBreaker {
  switch (description) {
    case "answered":
      return onSuccess(link);
    case "heard":
      return onReachable(link, atMs);
    case "probed":
      return onProbe(link, atMs, pause);
    case "reached in vain":
      return onFailure(link, { atMs, reached: true, retryAfterMs }, pause);
    default:
      return onFailure(link, { atMs, reached: false, retryAfterMs: 0 }, pause);
  }
}

test("halted, only a person resumes, whatever happens", () => {
  fc.assert(
    fc.property(fc.array(happening), (happenings) => {
      expect(happenings.reduce((link, each) => after(link, each, each.afterMs), haltedBreaker)).toEqual(haltedBreaker);
      expect(capacityOf(haltedBreaker, 0, 8)).toEqual({ limit: 0 });
    }),
  );
});

test("down, it lets one probe through at a time, and always lets one through some time", () => {
  fc.assert(
    fc.property(fc.array(happening), (happenings) => {
      let atMs = 0;
      let link: CircuitBreaker = closedBreaker;
      for (const each of happenings) {
        atMs += each.afterMs;
        link = after(link, each, atMs);
        const { limit, waitMs } = capacityOf(link, atMs, 8);
        expect(limit).toBe(link.status === "closed" ? 8 : waitMs === undefined ? 1 : 0);
        expect(waitMs ?? 0).toBeLessThanOrEqual(60_000);
        expect(capacityOf(link, atMs + (waitMs ?? 0), 8).limit).toBeGreaterThan(0);
      }
    }),
  );
});

test("an acknowledgement opens it at once", () => {
  fc.assert(
    fc.property(fc.array(happening), (happenings) => {
      const link = happenings.reduce((before, each) => after(before, each, each.afterMs), closedBreaker);
      expect(onSuccess(link)).toEqual(closedBreaker);
    }),
  );
});

describe("how far probes are apart", () => {
  const probesWithin = (periodMs: number, reached: boolean): number => {
    let link = onFailure(closedBreaker, { atMs: 0, reached, retryAfterMs: 0 }, pause);
    let probes = 0;
    for (let atMs = 0; atMs < periodMs; atMs += 100) {
      if (capacityOf(link, atMs, 8).limit === 0) continue;
      link = onFailure(onProbe(link, atMs, pause), { atMs, reached, retryAfterMs: 0 }, pause);
      probes += 1;
    }
    return probes;
  };

  test("given nobody there, then ever farther: about one a minute in the end", () => {
    expect(probesWithin(60 * 60_000, false)).toBeLessThanOrEqual(60 + 6);
  });

  test("given somebody who takes messages in vain, then steadily, so that one that goes through is found soon", () => {
    expect(probesWithin(60_000, true)).toBe(30);
  });

  test("given many that were under way together, then they count once", () => {
    const fail = (link: CircuitBreaker): CircuitBreaker =>
      onFailure(link, { atMs: 0, reached: false, retryAfterMs: 0 }, pause);

    expect(fail(fail(fail(closedBreaker)))).toEqual(fail(closedBreaker));
  });
});
