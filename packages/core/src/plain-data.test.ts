import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fullProvisionRequest } from "../test/full-messages.ts";
import { leavesOf } from "../test/paths.ts";
import { copyPlainData } from "./plain-data.ts";
import { readFields } from "./plain-object.ts";

const PLENTY = 64 * 1024;

const copy = (input: unknown): unknown => copyPlainData(input, PLENTY).value;
const faultsOf = (input: unknown): readonly object[] => copyPlainData(input, PLENTY).faults;

/** The fields as an object of this prototype. */
function withPrototype(prototype: object | null, fields: object): object {
  const made: object = Object.setPrototypeOf(fields, prototype);
  return made;
}

const instance = withPrototype({ method: () => 1 }, { amount: 1 });
const listOfAClass = withPrototype(withPrototype(Array.prototype, {}), []);

describe("plain data is copied", () => {
  test("whole: an equal value, of which no object is the caller's", () => {
    const copied = copyPlainData(fullProvisionRequest, PLENTY);
    expect(copied).toMatchObject({ value: fullProvisionRequest, faults: [], isCutShort: false });
    expect(objectsIn(copied.value).filter((each) => objectsIn(fullProvisionRequest).includes(each))).toEqual([]);
  });

  test("any JSON at all, unless it is nested too deep or has a reserved name", () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 5 }).map((text) => JSON.stringify(JSON.parse(text))),
        (text) => {
          const value: unknown = JSON.parse(text);
          const copied = copyPlainData(value, PLENTY);
          expect(copied.faults.length > 0 ? text : JSON.stringify(copied.value)).toBe(text);
        },
      ),
    );
  });

  test("objects without a prototype, and those of another realm", () => {
    const bare = withPrototype(null, { amount: 1 });
    const foreign = withPrototype(withPrototype(null, {}), { amount: 1 });
    expect([copy(bare), copy(foreign)]).toEqual([{ amount: 1 }, { amount: 1 }]);
    expect([...faultsOf(bare), ...faultsOf(foreign)]).toEqual([]);
  });

  test("without fields that are undefined, as JSON leaves them out", () => {
    expect(copy({ a: undefined, b: null })).not.toHaveProperty("a");
  });

  test("without fields that are inherited: JSON does not send them", () => {
    expect(copy(withPrototype({ inherited: 1 }, { own: 1 }))).toBe(undefined);
    expect(faultsOf(withPrototype({ inherited: 1 }, {}))).toEqual([notPlain("")]);
  });
});

const notPlain = (path: string) => ({ path, expected: "must be plain data, not an instance of a class" });
const unknownField = (path: string) => ({ path, expected: "is not a known field" });

describe("what is more than plain data is refused, with its place", () => {
  test.each<[string, unknown, object]>([
    ["an instance of a class", { a: { b: instance } }, notPlain("a.b")],
    ["a date", { time: new Date(0) }, notPlain("time")],
    ["a map", { a: [new Map()] }, notPlain("a.0")],
    ["a list of a class of its own", { a: listOfAClass }, notPlain("a")],
    [
      "a getter",
      {
        a: {
          get b() {
            return 1;
          },
        },
      },
      { path: "a.b", expected: "must be a value, not a getter" },
    ],
    ["a symbol", { a: { [Symbol("s")]: 1 } }, unknownField("a.Symbol(s)")],
    ["__proto__ as a field", JSON.parse('{"a":{"__proto__":{"b":1}}}'), unknownField("a.__proto__")],
    ["constructor", { constructor: 1 }, unknownField("constructor")],
    ["toJSON", { a: { toJSON: () => 1 } }, unknownField("a.toJSON")],
    ["hasOwnProperty", { hasOwnProperty: 1 }, unknownField("hasOwnProperty")],
    [
      "a list with a hole",
      { a: Object.assign([1], { 2: 3 }) },
      { path: "a.1", expected: "must not be missing from its list" },
    ],
    ["a list with a field", { a: Object.assign([1], { b: 2 }) }, unknownField("a.b")],
    ["NUL", { a: ["x\0y"] }, { path: "a.0", expected: "must have no NUL character" }],
    [
      "half a character",
      { a: "\ud83d" },
      { path: "a", expected: "must be well-formed Unicode, without half a character" },
    ],
    [
      "half a character in a name",
      { "\udc00": 1 },
      { path: "\udc00", expected: "must be well-formed Unicode, without half a character" },
    ],
  ])("%s", (_, input, fault) => {
    expect(faultsOf(input)).toEqual([fault]);
  });

  test("every one of them, but not more than a reader can use", () => {
    expect(faultsOf({ a: new Date(0), b: "\0", constructor: 1 })).toHaveLength(3);
    expect(faultsOf(Array.from({ length: 5_000 }, () => "\0"))).toHaveLength(100);
  });

  test("an object that contains itself, however often", () => {
    const twice: { left?: unknown; right?: unknown } = {};
    twice.left = twice;
    twice.right = [twice];
    expect(faultsOf(twice)).toEqual([
      { path: "left", expected: "must not contain itself" },
      { path: "right.0", expected: "must not contain itself" },
    ]);
  });

  test("an object that nests too deep", () => {
    const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
    expect(faultsOf(deep(32))).toEqual([]);
    expect(faultsOf(deep(33))).toEqual([
      { path: `${"a.".repeat(31)}a`, expected: "must not nest deeper than 32 levels" },
    ]);
  });

  test("a long name is cut in the fault", () => {
    const [fault] = copyPlainData({ [Symbol("x".repeat(1_000))]: 1 }, PLENTY).faults;
    expect(fault?.path.length).toBeLessThanOrEqual(64);
  });
});

describe("copying ends", () => {
  const tooLarge = [{ path: "", expected: "must be at most 65536 bytes as JSON" }];

  test.each<[string, unknown]>([
    ["a long text", { a: "x".repeat(64 * 1024 * 1024) }],
    ["a long name", { ["x".repeat(70_000)]: 1 }],
    ["many items", { a: Array.from({ length: 300_000 }, () => ({ a: "1" })) }],
    ["a list that is long and empty", { a: Object.assign([], { length: 4_000_000_000 }) }],
    ["one object in many places", Array.from({ length: 20 }).reduce<unknown>((inner) => [inner, inner], "x")],
  ])("at the bound: %s", (_, input) => {
    expect(copyPlainData(input, PLENTY)).toMatchObject({ faults: tooLarge, isCutShort: true });
  });

  test("within the bound, a text of all of it", () => {
    expect(copyPlainData("x".repeat(PLENTY - 2), PLENTY).faults).toEqual([]);
    expect(copyPlainData("x".repeat(PLENTY - 1), PLENTY).faults).toEqual(tooLarge);
  });
});

describe("a hostile object", () => {
  test("each of its properties is read once, so that it cannot give two values", () => {
    const reads = new Map<PropertyKey, number>();
    const watched = watch(fullProvisionRequest, reads);
    expect(copy(watched)).toEqual(fullProvisionRequest);
    expect(new Set(reads.values())).toEqual(new Set([1]));
    expect(reads.size).toBeGreaterThanOrEqual(leavesOf(fullProvisionRequest).length);
  });

  test("one that throws when it is looked at is refused", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const input of [proxy, { a: proxy }]) {
      expect(copyPlainData(input, PLENTY)).toMatchObject({
        faults: [{ path: "", expected: "must be plain data" }],
        isCutShort: true,
      });
    }
    expect(readFields(proxy).isErr()).toBe(true);
  });
});

describe("the fields of an object are read once, and its parts left for their own parsers", () => {
  test("a part stays the same object", () => {
    const request = {};
    expect(readFields({ request, policy: undefined })._unsafeUnwrap()["request"]).toBe(request);
    expect("policy" in readFields({ policy: undefined })._unsafeUnwrap()).toBe(false);
  });

  test("what is no plain object is refused, and so is each name that no object may have", () => {
    for (const input of [null, undefined, 5, "text", [], instance]) {
      expect(readFields(input)._unsafeUnwrapErr()).toEqual([{ path: "", expected: "must be a plain object" }]);
    }
    const hostile = {
      constructor: 1,
      get at() {
        return 1;
      },
      [Symbol("s")]: 1,
    };
    expect(readFields(hostile)._unsafeUnwrapErr()).toEqual([
      unknownField("constructor"),
      { path: "at", expected: "must be a value, not a getter" },
      unknownField("Symbol(s)"),
    ]);
  });
});

const objectsIn = (value: unknown): readonly unknown[] =>
  typeof value === "object" && value !== null ? [value, ...Object.values(value).flatMap(objectsIn)] : [];

/** A proxy of an object and all its parts, which counts how often each property is read, in whatever way. */
function watch(value: unknown, reads: Map<PropertyKey, number>, path = ""): unknown {
  if (typeof value !== "object" || value === null) return value;
  const parts = Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, watch(part, reads, `${path}.${name}`)]),
  );
  const count = (name: PropertyKey): void => {
    const place = `${path}.${String(name)}`;
    if (name !== "length") reads.set(place, (reads.get(place) ?? 0) + 1);
  };
  return new Proxy(Array.isArray(value) ? Object.values(parts) : parts, {
    get: (target, name, receiver): unknown => {
      count(name);
      return Reflect.get(target, name, receiver);
    },
    getOwnPropertyDescriptor: (target, name) => {
      count(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  });
}
