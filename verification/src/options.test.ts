import { describe, expect, test } from "vitest";
import { selectNames, parseWholeNumber } from "./options.ts";

describe("a whole number as an option", () => {
  test.each([
    ["0", 0],
    ["20000", 20_000],
    ["1000000000", 1_000_000_000],
  ])("%s", (text, number) => {
    expect(parseWholeNumber("--cases", text)).toBe(number);
  });

  test.each(["", " ", "abc", "-1", "1.5", "1e3", "0x10", "NaN", "Infinity", "1000000001"])("not %j", (text) => {
    expect(() => parseWholeNumber("--cases", text)).toThrow(
      `--cases takes a whole number from 0 to 1000000000, not "${text}"`,
    );
  });

  test("has a minimum", () => {
    expect(parseWholeNumber("--cases", "1", 1)).toBe(1);
    expect(() => parseWholeNumber("--cases", "0", 1)).toThrow("from 1");
  });
});

describe("names chosen by a part of them", () => {
  test("are at least one", () => {
    expect(selectNames("--flow", "", ["a sale", "a lookup"])).toEqual(["a sale", "a lookup"]);
    expect(selectNames("--flow", "sale", ["a sale", "a lookup"])).toEqual(["a sale"]);
    expect(() => selectNames("--flow", "typo", ["a sale"])).toThrow('--flow chooses nothing: no name has "typo" in it');
  });
});
