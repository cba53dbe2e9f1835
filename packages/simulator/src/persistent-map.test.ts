import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyMap, get, hashOf, type PersistentMap, remove, set, values } from "./persistent-map.ts";

type Change =
  | { readonly type: "set"; readonly key: string; readonly value: number }
  | { readonly type: "remove"; readonly key: string };

// Few enough keys that they are often replaced and removed, and enough for branches.
const key = fc.integer({ min: 0, max: 300 }).map(String);
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant("set" as const), key, value: fc.integer() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("remove" as const), key }) },
);

const apply = (map: PersistentMap<number>, each: Change): PersistentMap<number> =>
  each.type === "set" ? set(map, each.key, each.value) : remove(map, each.key);

const contents = (map: PersistentMap<number>): readonly number[] => [...values(map)].toSorted((a, b) => a - b);

/** Pairs of endings that collide. The hash reads a key from its start, so each further pair doubles the keys of one hash. */
const collidingEndings = [
  ["7yzx", "e6ad"],
  ["33zx", "epad"],
  ["33zx", "epad"],
  ["33zx", "epad"],
] as const;

/** Sixteen keys with the same hash. */
const collidingKeys: readonly string[] = collidingEndings.reduce<readonly string[]>(
  (keys, endings) => keys.flatMap((key) => endings.map((ending) => key + ending)),
  [""],
);

describe("a persistent map", { timeout: 30_000 }, () => {
  test("holds the same as a Map, after any sets and removals", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 600, size: "max" }), (changes) => {
        const expected = new Map<string, number>();
        for (const each of changes) {
          if (each.type === "set") expected.set(each.key, each.value);
          else expected.delete(each.key);
        }
        const map = changes.reduce(apply, emptyMap);
        expect(map.size).toBe(expected.size);
        expect(contents(map)).toEqual([...expected.values()].toSorted((a, b) => a - b));
        const keys = Array.from({ length: 301 }, (_, number) => String(number));
        expect(keys.filter((each) => get(map, each) !== expected.get(each))).toEqual([]);
      }),
    );
  });

  test("is not changed by a set or a removal", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 300, size: "max" }), change, (changes, last) => {
        const map = changes.reduce(apply, emptyMap);
        const before = JSON.stringify(map);
        apply(map, last);
        expect(JSON.stringify(map)).toBe(before);
      }),
    );
  });

  test("holds keys with the same hash", () => {
    const map = collidingKeys.reduce<PersistentMap<string>>((before, each) => set(before, each, each), emptyMap);
    expect(new Set(collidingKeys.map(hashOf)).size).toBe(1);
    expect(map.size).toBe(16);
    expect(collidingKeys.map((each) => get(map, each))).toEqual(collidingKeys);
  });
});
