import { setImmediate as nextTurn } from "node:timers/promises";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBatcher, type Batcher, type BatcherOptions } from "./batcher.ts";

/** A batcher that turns words into upper case, and remembers its batches. */
function createUpperCaser(bounds: Partial<BatcherOptions<string, string>> = {}): {
  readonly batcher: Batcher<string, string>;
  readonly batches: (readonly string[])[];
} {
  const batches: (readonly string[])[] = [];
  const batcher = createBatcher<string, string>({
    run: (words) => {
      batches.push(words);
      return words.map((word) => word.toUpperCase());
    },
    sizeOf: (word) => word.length,
    maxItems: 100,
    maxSize: 1_000,
    maxWaiting: 1_000,
    overloaded: "overloaded",
    ...bounds,
  });
  return { batcher, batches };
}

describe("a batcher", () => {
  it("handles together what is added in one turn of the event loop, each item with its own outcome", async () => {
    const { batcher, batches } = createUpperCaser();

    const first = batcher.add("a");
    await Promise.resolve();
    const outcomes = await Promise.all([first, batcher.add("b"), batcher.add("c")]);

    expect(outcomes).toEqual(["A", "B", "C"]);
    expect(batches).toEqual([["a", "b", "c"]]);
  });

  it("does not make a lone item wait beyond its turn", async () => {
    const { batcher, batches } = createUpperCaser();

    const outcome = batcher.add("a");
    expect(batches).toEqual([]);
    await nextTurn();

    expect(batches).toEqual([["a"]]);
    expect(await outcome).toBe("A");
  });

  it("handles what is added in the next turn separately", async () => {
    const { batcher, batches } = createUpperCaser();

    await batcher.add("a");
    await batcher.add("b");

    expect(batches).toEqual([["a"], ["b"]]);
  });

  it("handles at most maxItems in a batch, and the rest in the next turns", async () => {
    const { batcher, batches } = createUpperCaser({ maxItems: 2 });

    await Promise.all(["a", "b", "c", "d", "e"].map(batcher.add));

    expect(batches).toEqual([["a", "b"], ["c", "d"], ["e"]]);
  });

  it("handles at most maxSize in a batch, and a larger item alone", async () => {
    const { batcher, batches } = createUpperCaser({ maxSize: 4 });

    await Promise.all(["aa", "bb", "c", "too large", "d"].map(batcher.add));

    expect(batches).toEqual([["aa", "bb"], ["c"], ["too large"], ["d"]]);
  });

  it("gives the outcome overloaded beyond maxWaiting, and accepts items again afterwards", async () => {
    const { batcher, batches } = createUpperCaser({ maxWaiting: 2 });

    const outcomes = await Promise.all(["a", "b", "c"].map(batcher.add));

    expect(outcomes).toEqual(["A", "B", "overloaded"]);
    expect(await batcher.add("d")).toBe("D");
    expect(batches).toEqual([["a", "b"], ["d"]]);
  });

  it("handles all waiting items at once when it is flushed", async () => {
    const { batcher, batches } = createUpperCaser({ maxItems: 2 });
    const outcomes = Promise.all(["a", "b", "c"].map(batcher.add));

    batcher.flush();

    expect(batches).toEqual([["a", "b"], ["c"]]);
    expect(await outcomes).toEqual(["A", "B", "C"]);
    await nextTurn();
    expect(batches).toHaveLength(2);
  });

  it("rejects the items of a batch with a bug, and no others", async () => {
    const { batcher } = createUpperCaser({
      run: (words) => {
        if (words.includes("bug")) throw new TypeError("a bug");
        return words;
      },
    });

    const met = await Promise.allSettled(["a", "bug"].map(batcher.add));

    expect(met.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await batcher.add("b")).toBe("b");
  });

  it("handles every item once, in order and within its bounds, for any sequence of items and turns", async () => {
    const bursts = fc.array(fc.array(fc.string({ maxLength: 6 }), { maxLength: 8 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        bursts,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 8 }),
        async (all, maxItems, maxSize) => {
          const { batcher, batches } = createUpperCaser({ maxItems, maxSize });
          const outcomes: Promise<readonly string[]>[] = [];
          for (const burst of all) {
            outcomes.push(Promise.all(burst.map(batcher.add)));
            await nextTurn();
          }

          expect((await Promise.all(outcomes)).flat()).toEqual(all.flat().map((word) => word.toUpperCase()));
          expect(batches.flat()).toEqual(all.flat());
          for (const words of batches) {
            expect(words.length).toBeLessThanOrEqual(maxItems);
            expect(words.length === 1 || words.join("").length <= maxSize).toBe(true);
          }
        },
      ),
    );
  });
});
