import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fromColumnText, toColumnInstant, toColumnText } from "./texts.ts";

const text = fc.string({ unit: fc.constantFrom("a", "0", "1", "\0", "\uE000", "é", "𝄞", "\\"), maxLength: 20 });

test("every text can be stored, and is read as it was", () => {
  fc.assert(
    fc.property(text, (given) => {
      const stored = toColumnText(given);
      expect(stored).not.toContain("\0");
      expect(fromColumnText(stored)).toBe(given);
    }),
  );
});

test("two texts are never stored as the same", () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(toColumnText(one) === toColumnText(other)).toBe(one === other);
    }),
  );
});

test("a moment without a bound becomes the furthest that a column can hold", () => {
  expect(toColumnInstant(Number.NEGATIVE_INFINITY)).toBe(Number.MIN_SAFE_INTEGER);
  expect(toColumnInstant(5)).toBe(5);
});
