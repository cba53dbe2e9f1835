import { expect, test, vi } from "vitest";
import { createGroupQueue, type GroupQueueOptions } from "./commit-queue.ts";

/** A queue of words, whose groups end when the test says so. A word's first letter is its key. */
function openQueue(options: Partial<GroupQueueOptions<string, string>> = {}) {
  const groups: string[][] = [];
  const ends: (() => void)[] = [];
  const queue = createGroupQueue<string, string>({
    run: async (items) => {
      groups.push([...items]);
      await new Promise<void>((resolve) => void ends.push(resolve));
      return items.map((item) => item.toUpperCase());
    },
    keysOf: (item) => [item.slice(0, 1)],
    sizeOf: (item) => item.length,
    maxGroups: 2,
    maxItems: 3,
    maxSize: 10,
    maxWaiting: 5,
    overloaded: "overloaded",
    ...options,
  });
  const groupsBegun = (count: number): Promise<void> => vi.waitFor(() => expect(groups).toHaveLength(count));
  return { queue, groups, endFirst: () => ends.shift()?.(), groupsBegun };
}

test("what is added in one turn goes together, and each item gets its own outcome", async () => {
  const { queue, groups, endFirst, groupsBegun } = openQueue();
  const outcomes = Promise.all([queue.add("a"), queue.add("b")]);

  await groupsBegun(1);
  endFirst();

  expect(await outcomes).toEqual(["A", "B"]);
  expect(groups).toEqual([["a", "b"]]);
});

test("as many groups are under way as may be, each within its bounds, and the rest waits", async () => {
  const { queue, groups, endFirst, groupsBegun } = openQueue({ maxWaiting: 20 });
  const words = ["a", "b", "c", "dddddddd", "eee", "f", "g"];
  const outcomes = Promise.all(words.map((word) => queue.add(word)));

  await groupsBegun(2);
  expect(groups).toEqual([
    ["a", "b", "c"],
    ["dddddddd", "f", "g"],
  ]);
  endFirst();
  await groupsBegun(3);
  expect(groups[2]).toEqual(["eee"]);
  endFirst();
  endFirst();

  expect(await outcomes).toEqual(words.map((word) => word.toUpperCase()));
});

test("two items with a key in common are never under way at once, and go in the order in which they came", async () => {
  const { queue, groups, endFirst, groupsBegun } = openQueue();
  const outcomes = Promise.all([queue.add("a1"), queue.add("a2"), queue.add("b1"), queue.add("a3")]);

  await groupsBegun(1);
  expect(groups).toEqual([["a1", "b1"]]);
  endFirst();
  await groupsBegun(2);
  endFirst();
  await groupsBegun(3);
  endFirst();

  expect(await outcomes).toEqual(["A1", "A2", "B1", "A3"]);
  expect(groups.slice(1)).toEqual([["a2"], ["a3"]]);
});

test("an item that is too large goes alone", async () => {
  const { queue, groups, endFirst, groupsBegun } = openQueue({ maxGroups: 1 });
  const outcomes = Promise.all([queue.add("a".repeat(50)), queue.add("b")]);

  await groupsBegun(1);
  endFirst();
  await groupsBegun(2);
  endFirst();

  await outcomes;
  expect(groups).toEqual([["a".repeat(50)], ["b"]]);
});

test("a caller beyond the bound is refused at once", async () => {
  const { queue, endFirst, groupsBegun } = openQueue({ maxWaiting: 1 });
  const first = queue.add("a");

  expect(await queue.add("b")).toBe("overloaded");

  await groupsBegun(1);
  endFirst();
  expect(await first).toBe("A");
});

test("a bug rejects its group alone", async () => {
  let calls = 0;
  const { queue } = openQueue({
    run: async (items) => {
      calls += 1;
      if (calls === 1) throw new RangeError("a bug");
      return [...items];
    },
  });

  await expect(queue.add("a")).rejects.toThrow("a bug");
  expect(await queue.add("a")).toBe("a");
});
