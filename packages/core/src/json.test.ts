import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { anyText } from "../test/any-text.ts";
import { isJsonObject, type Json, parseJson, sameJson } from "./json.ts";

// Bounded by count, not by time, so that a slow machine does not fail.
vi.setConfig({ testTimeout: 60_000 });

const nestBrackets = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const nestedObjects = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

describe("parsing", () => {
  test("gives what JSON.parse gives, for JSON of a reasonable depth", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom("", "\n  "), (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test("gives nothing for text that is not JSON, and never throws", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parseJson(text);
        expect(parsed === undefined || JSON.stringify(parsed) !== undefined).toBe(true);
      }),
    );
    for (const text of ["", " ", "{", "[1,]", "undefined", "{'a':1}", "NaN", "\u0000"])
      expect(parseJson(text)).toBeUndefined();
  });

  test("gives nothing for text that nests deeper than 64, or than the given depth, of any length", () => {
    expect(parseJson(nestBrackets(64))).toBeDefined();
    expect(parseJson(nestBrackets(65))).toBeUndefined();
    expect(parseJson(nestedObjects(64))).toBeDefined();
    expect(parseJson(nestedObjects(65))).toBeUndefined();
    expect(parseJson(nestBrackets(80), 80)).toBeDefined();
    expect(parseJson(nestBrackets(81), 80)).toBeUndefined();
    expect(parseJson("[".repeat(1_000_000))).toBeUndefined();
  });

  test("counts the depth: closed brackets and those in strings do not count", () => {
    const wide = JSON.stringify(Array.from({ length: 500 }, () => [{}]));
    expect(parseJson(wide)).toEqual(JSON.parse(wide));
    const texts = ["[".repeat(99), '"[{'.repeat(99), '\\"[{'.repeat(99), "\\", '\\\\"'];
    expect(parseJson(JSON.stringify(texts))).toEqual(texts);
    expect(parseJson(`["\\\\",${nestBrackets(63)}]`)).toBeDefined();
    expect(parseJson(`["\\\\",${nestBrackets(64)}]`)).toBeUndefined();
    expect(parseJson(`["\\"",${nestBrackets(64)}]`)).toBeUndefined();
  });
});

describe("a third-party identifier that came as a number", () => {
  test.each<[string, Json]>([
    // More digits than a double holds: another number would go back to its party.
    ["9007199254740993", "9007199254740993"],
    ["12345678901234567890", "12345678901234567890"],
    ["-9223372036854775807", "-9223372036854775807"],
    // The same number, and other letters.
    ["1e3", "1e3"],
    ["7.0", "7.0"],
    ["1.10", "1.10"],
    ["-0", "-0"],
    ["1e999", "1e999"],
    // What a double gives back as it came stays what it was.
    ["77", 77],
    ["0", 0],
    ["-5", -5],
    ["9007199254740991", 9_007_199_254_740_991],
    ["1.5", 1.5],
  ])("%s is read so that it goes back digit for digit", (written, kept) => {
    for (const field of ["transactionIdentifier", "institutionId"]) {
      expect(parseJson(`{"thirdPartyIdentifiers":[{"${field}" :\n ${written}}]}`)).toEqual({
        thirdPartyIdentifiers: [{ [field]: kept }],
      });
    }
  });

  test("text, null and whatever else stay as they came", () => {
    const identifiers = ["007", "9007199254740993", "", null, true, [5], { a: 5 }];
    const text = JSON.stringify({
      more: '"transactionIdentifier":9007199254740993',
      thirdPartyIdentifiers: identifiers.map((transactionIdentifier) => ({
        transactionIdentifier,
        institutionId: "1",
      })),
    });
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test("other numbers of the same message stay numbers", () => {
    expect(parseJson('{"transactionIdentifier":9007199254740993,"amount":9007199254740993,"rrn":7.0}')).toEqual({
      transactionIdentifier: "9007199254740993",
      amount: 9_007_199_254_740_992,
      rrn: 7,
    });
  });

  test("one among many is found, and once kept it stays", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.jsonValue(), (number, more) => {
        const text = `{"more":${JSON.stringify(more)},"transactionIdentifier":${number}}`;
        const parsed = parseJson(text);
        const kept = isJsonObject(parsed) ? parsed["transactionIdentifier"] : undefined;
        expect(typeof kept === "number" || typeof kept === "string" ? String(kept) : kept).toBe(String(number));
        expect(parseJson(JSON.stringify(parsed))).toEqual(parsed);
      }),
    );
  });
});

describe("equality", () => {
  const reverseFields = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reverseFields);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .map(([field, inner]) => [field, reverseFields(inner)] as const)
        .toReversed(),
    );
  };

  test("does not depend on the order of fields, nor on fields that are undefined", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(sameJson(value, reverseFields(value))).toBe(true);
        expect(sameJson({ value }, { none: undefined, value })).toBe(true);
        expect(sameJson({ value, none: undefined }, { value })).toBe(true);
      }),
    );
  });

  test("agrees with JSON.stringify for values with fields in the same order", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        const sortFields = (value: unknown) =>
          JSON.stringify(value, (_, inner: unknown) =>
            isPlainObject(inner) ? Object.fromEntries(Object.entries(inner).toSorted(byName)) : inner,
          );
        expect(sameJson(left, right)).toBe(sortFields(left) === sortFields(right));
      }),
    );
  });

  test.each<[unknown, unknown]>([
    [null, undefined],
    [null, {}],
    [{}, null],
    [0, false],
    ["1", 1],
    [[], {}],
    [{}, []],
    [["a"], { 0: "a" }],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, 1]],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 1, b: 1 }],
    [{ a: { b: 1 } }, { a: { b: 2 } }],
    [
      { a: undefined, b: 1 },
      { a: 1, b: undefined },
    ],
  ])("%j and %j do not", (left, right) => {
    expect(sameJson(left, right)).toBe(false);
  });
});

const byName = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left < right ? -1 : 1;

const isPlainObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

test("a JSON object is neither null nor a list", () => {
  expect([{}, { a: 1 }].every(isJsonObject)).toBe(true);
  expect([null, [], "{}", 1, true, undefined].some(isJsonObject)).toBe(false);
});
