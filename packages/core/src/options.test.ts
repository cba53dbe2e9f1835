import { describe, expect, test } from "vitest";
import {
  findOptionFaults,
  flagOption,
  functionOption,
  listOption,
  numberFrom,
  objectOf,
  oneOfOptions,
  type OptionCheck,
  ifGiven,
  portOption,
  textOption,
  toOptionsError,
  wholeNumberFrom,
} from "./options.ts";

describe("each kind of option, what fits and what breaks it", () => {
  test.each<[string, OptionCheck, readonly unknown[], readonly unknown[], string]>([
    ["a function", functionOption, [() => 1], [{}, null, "f"], "must be a function"],
    ["a flag", flagOption, [true, false], ["true", 1, null], "must be true or false"],
    [
      "a whole number",
      wholeNumberFrom(1, 5),
      [1, 5],
      [0, 6, 1.5, "1", Number.NaN, null],
      "must be a whole number from 1 to 5",
    ],
    ["a number", numberFrom(0, 1), [0, 0.5, 1], [-1, 2, Number.NaN, "0"], "must be a number from 0 to 1"],
    ["text", textOption, ["x"], ["", " ", "a\0b", 5, null], "must be text, and not blank"],
    ["a choice", oneOfOptions("ky", "node"), ["ky", "node"], ["", "KY", null], 'must be "ky" or "node"'],
    ["a list", listOption(textOption), [[], ["x"]], [{}, "x", null], "must be a list"],
    ["a port", portOption("send"), [{ send: () => 1, more: 1 }], [null, "x"], "must be an object with send"],
    ["options within options", objectOf({}), [{}], [null, [], "x"], "must be an object of options"],
  ])("%s", (_, check, fits, breaks, expected) => {
    for (const value of fits) expect(check(value)).toEqual([]);
    for (const value of breaks)
      expect({ value, faults: check(value) }).toEqual({ value, faults: [{ path: "", expected }] });
  });

  test("one that may be left out", () => {
    expect(ifGiven(textOption)(undefined)).toEqual([]);
    expect(ifGiven(textOption)(null)).toHaveLength(1);
  });
});

test("every fault is reported at once, each with its place, and unknown names as well", () => {
  const options: object = { port: {}, deep: { size: 0, odd: 1 }, names: ["x", ""], surplus: 1 };
  const faults = findOptionFaults<object>(
    options,
    Object.assign(
      {},
      {
        port: portOption("send", "close"),
        deep: objectOf({ size: wholeNumberFrom(1, 2) }),
        names: listOption(textOption),
        flag: flagOption,
      },
    ),
  );
  expect(faults.map(({ path }) => path)).toEqual([
    "port.send",
    "port.close",
    "deep.size",
    "deep.odd",
    "names.1",
    "flag",
    "surplus",
  ]);
  expect(toOptionsError("startTill", faults.slice(2, 4)).message).toBe(
    "startTill: deep.size must be a whole number from 1 to 2; deep.odd is not a known option",
  );
});
