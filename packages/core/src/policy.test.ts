import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Backoff,
  MAX_ATTEMPTS,
  MAX_WAIT_MS,
  netcare,
  standardProvider,
  backoffMs,
  type Policy,
  parsePolicy,
  stellr,
} from "./policy.ts";

const WEEK_MS = 7 * 24 * 3_600 * 1_000;
const faultsIn = (choices: object) => parsePolicy(choices)._unsafeUnwrapErr();

describe("a policy", () => {
  test("without choices: dual messaging, three retries, a minute for each response, a day for a lookup of which nothing is made and for what no id acknowledges, and no other bounds on time", () => {
    expect(parsePolicy()._unsafeUnwrap()).toEqual({
      messaging: "dual",
      provider: { name: "standard", takesRetries: true, takesReversals: true },
      retries: 3,
      retryBackoff: { initialMs: 1_000, multiplier: 2, maxMs: 10_000 },
      replyDeadlineMs: 60_000,
      onDecisionDeadline: "reverse",
      tracksPrinting: false,
      lookupRetries: 2,
      lookupBackoff: { initialMs: 1_000, multiplier: 2, maxMs: 10_000 },
      lookupExpiryMs: 24 * 3_600 * 1_000,
      lookupAfterMs: 0,
      unnamedRepeatMs: 24 * 3_600 * 1_000,
    });
  });

  test("with choices: those, and defaults for the rest; a choice of undefined means the default", () => {
    const chosen: Partial<Policy> = { messaging: "single", provider: netcare, retries: 0, customerWaitMs: 5_000 };
    expect(parsePolicy(chosen)._unsafeUnwrap()).toEqual({ ...parsePolicy()._unsafeUnwrap(), ...chosen });
    const undecided: object = { retries: undefined, decisionDeadlineMs: undefined };
    expect(parsePolicy(undecided)._unsafeUnwrap()).toEqual(parsePolicy()._unsafeUnwrap());
  });

  test("the providers: Stellr takes neither advices nor retries, Netcare no retries", () => {
    expect(standardProvider).toEqual({
      name: "standard",
      takesRetries: true,
      takesReversals: true,
    });
    expect(stellr).toEqual({ name: "Stellr", takesRetries: false, takesReversals: false });
    expect(netcare).toEqual({ name: "Netcare", takesRetries: false, takesReversals: true });
  });

  const times = `must be a whole number from 0 to ${MAX_ATTEMPTS}`;
  const wait = `must be a whole number from 1 to ${WEEK_MS}`;
  const pause = `must be a whole number from 0 to ${WEEK_MS}`;

  test.each<[string, readonly number[], readonly number[], string]>([
    ["retries", [0, 1, 100], [-1, 101, 0.5, Infinity], times],
    ["lookupRetries", [0, 100], [-1, 101, 0.5], times],
    ["replyDeadlineMs", [1, WEEK_MS], [0, -1, WEEK_MS + 1, 0.5], wait],
    ["customerWaitMs", [1, WEEK_MS], [0, WEEK_MS + 1, 1.5], wait],
    ["decisionDeadlineMs", [1, WEEK_MS], [0, WEEK_MS + 1, 1.5], wait],
    ["lookupAfterMs", [0, WEEK_MS], [-1, WEEK_MS + 1, 1.5], pause],
    ["unnamedRepeatMs", [0, WEEK_MS], [-1, WEEK_MS + 1, 1.5, Infinity], pause],
  ])("%s, up to its bounds and past them", (field, fits, breaks, expected) => {
    for (const value of fits) expect(parsePolicy({ [field]: value })._unsafeUnwrap()).toHaveProperty(field, value);
    for (const value of breaks) expect(faultsIn({ [field]: value })).toEqual([{ path: field, expected }]);
    for (const value of ["1", null, Number.NaN]) {
      expect(faultsIn({ [field]: value })).toEqual([{ path: field, expected: "must be number" }]);
    }
  });

  test.each(["retryBackoff", "lookupBackoff"])("%s, within its bounds and beyond them", (field) => {
    const growth = { initialMs: 0, multiplier: 1, maxMs: 0 };
    for (const fits of [
      growth,
      { initialMs: WEEK_MS, multiplier: 10, maxMs: WEEK_MS },
      { ...growth, multiplier: 1.5 },
    ]) {
      expect(parsePolicy({ [field]: fits }).isOk()).toBe(true);
    }
    for (const [part, value, expected] of [
      ["initialMs", -1, pause],
      ["initialMs", WEEK_MS + 1, pause],
      ["maxMs", 0.5, pause],
      ["multiplier", 0.99, "must be a number from 1 to 10"],
      ["multiplier", 10.01, "must be a number from 1 to 10"],
      ["multiplier", Infinity, "must be a number from 1 to 10"],
      ["multiplier", "2", "must be number"],
    ] as const) {
      expect(faultsIn({ [field]: { ...growth, [part]: value } })).toEqual([{ path: `${field}.${part}`, expected }]);
    }
  });

  test("every fault is reported at once, and nothing throws", () => {
    expect(
      faultsIn({
        messaging: "triple",
        provider: { name: "", takesRetries: 1 },
        retries: -1,
        retryBackoff: null,
        lookupAfterMs: "soon",
        retires: 3,
      }),
    ).toEqual([
      { path: "messaging", expected: 'must be ("dual" | "single")' },
      { path: "provider.name", expected: "must not be empty" },
      { path: "provider.takesRetries", expected: "must be boolean" },
      { path: "provider.takesReversals", expected: "is required" },
      { path: "retries", expected: times },
      { path: "retryBackoff", expected: "must be Object" },
      { path: "lookupAfterMs", expected: "must be number" },
      { path: "retires", expected: "is not a known field" },
    ]);
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(parsePolicy()._unsafeUnwrap())), fc.anything()),
        (choices) => {
          expect(() => parsePolicy(choices)).not.toThrow();
        },
      ),
    );
  });

  test("a week is the longest wait: timers overflow soon after", () => {
    expect(MAX_WAIT_MS).toBe(WEEK_MS);
    expect(MAX_ATTEMPTS).toBe(100);
  });
});

describe("a backoff", () => {
  const growths: fc.Arbitrary<Backoff> = fc.record({
    initialMs: fc.integer({ min: 0, max: MAX_WAIT_MS }),
    multiplier: fc.double({ min: 1, max: 10, noNaN: true }),
    maxMs: fc.integer({ min: 0, max: MAX_WAIT_MS }),
  });
  const repeats = fc.integer({ min: 0, max: 1_000_000 });

  test("is between half of the grown pause and all of it, at most maxMs, and a whole number", () => {
    fc.assert(
      fc.property(growths, repeats, fc.string(), (growth, repeat, seed) => {
        const grownMs = Math.min(growth.maxMs, growth.initialMs * growth.multiplier ** Math.min(repeat, MAX_ATTEMPTS));
        const ms = backoffMs(growth, repeat, seed);
        expect(Number.isInteger(ms)).toBe(true);
        expect(ms).toBeGreaterThanOrEqual(Math.floor(grownMs / 2));
        expect(ms).toBeLessThanOrEqual(Math.ceil(grownMs));
        expect(ms).toBeLessThanOrEqual(growth.maxMs);
      }),
    );
  });

  test("is the same for the same repeat of the same transaction, also after a crash", () => {
    const growth = { initialMs: 1_000, multiplier: 2, maxMs: 10_000 };
    fc.assert(
      fc.property(repeats, fc.uuid(), (repeat, id) => {
        expect(backoffMs(growth, repeat, id)).toBe(backoffMs(growth, repeat, id));
      }),
    );
    const id = "3f0c2b1a-9d8e-4f7a-8b6c-5d4e3f2a1b0c";
    expect([0, 1, 2, 3, 4, 5].map((repeat) => backoffMs(growth, repeat, id))).toMatchInlineSnapshot(`
      [
        676,
        1615,
        3476,
        6619,
        6850,
        8215,
      ]
    `);
  });

  test("does not make a thousand tills repeat in step", () => {
    const growth = { initialMs: 100_000, multiplier: 2, maxMs: 100_000 };
    const pauses = Array.from({ length: 1_000 }, (_, till) =>
      backoffMs(growth, 0, `3f0c2b1a-9d8e-4f7a-8b6c-${String(till).padStart(12, "0")}`),
    );
    const tenths = new Set(pauses.map((ms) => Math.floor((ms - 50_000) / 5_000)));
    expect(tenths.size).toBe(10);
    expect(new Set(pauses).size).toBeGreaterThan(900);
  });

  test("varies from one repeat to the next: two tills that once coincide do not do so again and again", () => {
    const growth = { initialMs: 100_000, multiplier: 1, maxMs: 100_000 };
    const pauses = Array.from({ length: 1_000 }, (_, repeat) =>
      backoffMs(growth, repeat, "3f0c2b1a-9d8e-4f7a-8b6c-5d4e3f2a1b0c"),
    );
    const tenths = pauses.map((ms) => Math.min(9, Math.floor((ms - 50_000) / 5_000)));
    for (let tenth = 0; tenth < 10; tenth += 1) {
      expect(tenths.filter((each) => each === tenth).length).toBeGreaterThan(50);
    }
  });
});
