import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyMap, get, hashOf, type PersistentMap, remove, set, values } from "./persistent-map.ts";

type Change =
  | { readonly type: "set"; readonly key: string; readonly value: number }
  | { readonly type: "remove"; readonly key: string };

// Few keys, so that they are often replaced and removed, and enough to grow branches.
const key = fc.integer({ min: 0, max: 300 }).map(String);
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant("set" as const), key, value: fc.integer() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("remove" as const), key }) },
);

const apply = (map: PersistentMap<number>, each: Change): PersistentMap<number> =>
  each.type === "set" ? set(map, each.key, each.value) : remove(map, each.key);

const contents = (map: PersistentMap<number>): readonly number[] => [...values(map)].toSorted((a, b) => a - b);

describe("a persistent map", () => {
  test("holds what a map of the language holds, whatever is set and removed", () => {
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
        for (let number = 0; number <= 300; number += 1) {
          expect(get(map, String(number))).toBe(expected.get(String(number)));
        }
      }),
    );
  });

  test("is left as it was by every change", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 300, size: "max" }), change, (changes, last) => {
        const map = changes.reduce(apply, emptyMap);
        const before = JSON.stringify(map);
        apply(map, last);
        expect(JSON.stringify(map)).toBe(before);
      }),
    );
  });

  test("takes keys whose hashes are the same", () => {
    const collisions = collidingKeys();
    const map = collisions.reduce<PersistentMap<string>>((before, each) => set(before, each, each), emptyMap);
    expect(new Set(collisions.map(hashOf)).size).toBe(1);
    expect(map.size).toBe(16);
    expect(collisions.map((each) => get(map, each))).toEqual(collisions);
  });
});

/** Sixteen keys of one hash: it reads a key from its start, so each pair that collides doubles what was found before. */
function collidingKeys(): readonly string[] {
  return [1, 2, 3, 4].reduce<readonly string[]>(
    (keys) => {
      const endings = collidingEndings(keys[0] ?? "");
      return keys.flatMap((each) => endings.map((ending) => each + ending));
    },
    [""],
  );
}

function collidingEndings(start: string): readonly string[] {
  const seen = new Map<number, string>();
  for (let number = 0; number < 1_000_000; number += 1) {
    const ending = number.toString(36);
    const hash = hashOf(start + ending);
    const other = seen.get(hash);
    if (other !== undefined) return [other, ending];
    seen.set(hash, ending);
  }
  throw new Error("no two keys collide");
}
