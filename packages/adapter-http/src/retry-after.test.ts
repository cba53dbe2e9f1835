import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_RETRY_AFTER_MS, retryAfterMs } from "./retry-after.ts";

const now = Date.parse("2026-01-31T12:00:00Z");

describe("Retry-After (RFC 9110, 10.2.3)", () => {
  test.each([
    ["0", 0],
    ["7", 7_000],
    ["007", 7_000],
    ["Sat, 31 Jan 2026 12:00:30 GMT", 30_000],
    ["Sat, 31 Jan 2026 11:59:30 GMT", 0],
    ["Saturday, 31-Jan-26 12:00:30 GMT", 30_000],
    ["Sunday, 06-Nov-94 08:49:37 GMT", 0],
    ["Sat Jan 31 12:00:30 2026", 30_000],
    ["Sun Nov  6 08:49:37 1994", 0],
  ])("%j is %i ms", (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });

  test.each(["86400", "9".repeat(400), "Sun, 01 Feb 2026 12:00:00 GMT"])("%j is bounded", (header) => {
    expect(retryAfterMs(header, now)).toBe(MAX_RETRY_AFTER_MS);
  });

  test.each([
    null,
    "",
    "-1",
    "+1",
    "1.5",
    "1e3",
    "0x10",
    "3, 5",
    "soon",
    "2026-01-31T12:00:30Z",
    "Sat Jan 31 12:00:30 2026 GMT",
    "Sat, 31-Jan-26 12:00:30 GMT",
    "Xyz, 99 Abc 2026 99:99:99 GMT",
  ])("%j is ignored", (header) => {
    expect(retryAfterMs(header, now)).toBeUndefined();
  });

  test("any text gives a bounded wait, or none", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d+$/)), (header) => {
        const ms = retryAfterMs(header, now) ?? 0;
        expect(ms >= 0 && ms <= MAX_RETRY_AFTER_MS).toBe(true);
      }),
    );
  });
});
