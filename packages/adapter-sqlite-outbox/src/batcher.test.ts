import { setImmediate as nextTurn } from "node:timers/promises";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBatcher, type Batcher, type BatcherOptions } from "./batcher.ts";

/** A group of words that shouts them, and remembers which it handled together. */
function shouting(bounds: Partial<BatcherOptions<string, string>> = {}): {
  readonly group: Batcher<string, string>;
  readonly together: (readonly string[])[];
} {
  const together: (readonly string[])[] = [];
  const group = createBatcher<string, string>({
    run: (words) => {
      together.push(words);
      return words.map((word) => word.toUpperCase());
    },
    sizeOf: (word) => word.length,
    maxItems: 100,
    maxSize: 1_000,
    maxWaiting: 1_000,
    overloaded: "crowded",
    ...bounds,
  });
  return { group, together };
}

describe("a group", () => {
  it("handles together what is asked for in one turn of the event loop, each with its own outcome", async () => {
    const { group, together } = shouting();

    const first = group.add("a");
    await Promise.resolve();
    const outcomes = await Promise.all([first, group.add("b"), group.add("c")]);

    expect(outcomes).toEqual(["A", "B", "C"]);
    expect(together).toEqual([["a", "b", "c"]]);
  });

  it("does not let a lone member wait beyond its turn", async () => {
    const { group, together } = shouting();

    const outcome = group.add("a");
    expect(together).toEqual([]);
    await nextTurn();

    expect(together).toEqual([["a"]]);
    expect(await outcome).toBe("A");
  });

  it("handles what comes in the next turn by itself", async () => {
    const { group, together } = shouting();

    await group.add("a");
    await group.add("b");

    expect(together).toEqual([["a"], ["b"]]);
  });

  it("handles no more members together than its bound, the rest in the turns that follow", async () => {
    const { group, together } = shouting({ maxItems: 2 });

    await Promise.all(["a", "b", "c", "d", "e"].map(group.add));

    expect(together).toEqual([["a", "b"], ["c", "d"], ["e"]]);
  });

  it("handles no more together than its bound of size, and a larger member alone", async () => {
    const { group, together } = shouting({ maxSize: 4 });

    await Promise.all(["aa", "bb", "c", "too large", "d"].map(group.add));

    expect(together).toEqual([["aa", "bb"], ["c"], ["too large"], ["d"]]);
  });

  it("tells whoever comes when too many wait that it is crowded, and takes members again afterwards", async () => {
    const { group, together } = shouting({ maxWaiting: 2 });

    const outcomes = await Promise.all(["a", "b", "c"].map(group.add));

    expect(outcomes).toEqual(["A", "B", "crowded"]);
    expect(await group.add("d")).toBe("D");
    expect(together).toEqual([["a", "b"], ["d"]]);
  });

  it("handles at once whatever waits when it is flushed", async () => {
    const { group, together } = shouting({ maxItems: 2 });
    const outcomes = Promise.all(["a", "b", "c"].map(group.add));

    group.flush();

    expect(together).toEqual([["a", "b"], ["c"]]);
    expect(await outcomes).toEqual(["A", "B", "C"]);
    await nextTurn();
    expect(together).toHaveLength(2);
  });

  it("lets a bug reject those that met it, and nobody else", async () => {
    const { group } = shouting({
      run: (words) => {
        if (words.includes("bug")) throw new TypeError("a bug");
        return words;
      },
    });

    const met = await Promise.allSettled(["a", "bug"].map(group.add));

    expect(met.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await group.add("b")).toBe("b");
  });

  it("handles every member once, in order, within its bounds, whatever comes when", async () => {
    const bursts = fc.array(fc.array(fc.string({ maxLength: 6 }), { maxLength: 8 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        bursts,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 8 }),
        async (all, maxItems, maxSize) => {
          const { group, together } = shouting({ maxItems, maxSize });
          const outcomes: Promise<readonly string[]>[] = [];
          for (const burst of all) {
            outcomes.push(Promise.all(burst.map(group.add)));
            await nextTurn();
          }

          expect((await Promise.all(outcomes)).flat()).toEqual(all.flat().map((word) => word.toUpperCase()));
          expect(together.flat()).toEqual(all.flat());
          for (const words of together) {
            expect(words.length).toBeLessThanOrEqual(maxItems);
            expect(words.length === 1 || words.join("").length <= maxSize).toBe(true);
          }
        },
      ),
    );
  });
});
