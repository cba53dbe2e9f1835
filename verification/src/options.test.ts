import { describe, expect, test } from "vitest";
import { namesWith, wholeNumber } from "./options.ts";

describe("a number is asked for", () => {
  test.each([
    ["0", 0],
    ["20000", 20_000],
    ["1000000000", 1_000_000_000],
  ])("%s", (text, number) => {
    expect(wholeNumber("--cases", text)).toBe(number);
  });

  test.each(["", " ", "abc", "-1", "1.5", "1e3", "0x10", "NaN", "Infinity", "1000000001"])("not %j", (text) => {
    expect(() => wholeNumber("--cases", text)).toThrow(
      `--cases takes a whole number from 0 to 1000000000, not "${text}"`,
    );
  });

  test("not fewer than show anything", () => {
    expect(wholeNumber("--cases", "1", 1)).toBe(1);
    expect(() => wholeNumber("--cases", "0", 1)).toThrow("from 1");
  });
});

describe("names are asked for by a part of them", () => {
  test("one at least", () => {
    expect(namesWith("--flow", "", ["a sale", "a lookup"])).toEqual(["a sale", "a lookup"]);
    expect(namesWith("--flow", "sale", ["a sale", "a lookup"])).toEqual(["a sale"]);
    expect(() => namesWith("--flow", "typo", ["a sale"])).toThrow('--flow chooses nothing: no name has "typo" in it');
  });
});
