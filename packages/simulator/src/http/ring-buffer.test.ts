import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRingBuffer } from "./ring-buffer.ts";

describe("a ring buffer", () => {
  test("keeps the last items, oldest first, and counts all", () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 9 }), fc.nat(12), (added, maxItems, limit) => {
        const buffer = createRingBuffer<number>({ maxItems });
        for (const item of added) buffer.add(item);
        expect(buffer.latest(limit)).toEqual(added.slice(-Math.min(Math.max(limit, 1), maxItems)));
        expect(buffer.total()).toBe(added.length);
      }),
    );
  });

  test("keeps no more than its size, however large the items are, and always the last one", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1 }), (sizes) => {
        const buffer = createRingBuffer<number>({ maxItems: 1_000, maxSize: 30, sizeOf: (size) => size });
        for (const size of sizes) buffer.add(size);
        const kept = buffer.latest(1_000);
        expect(kept.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(30);
        expect(kept).toEqual(sizes.slice(-kept.length));
      }),
    );
    const small = createRingBuffer<number>({ maxItems: 9, maxSize: 1, sizeOf: (size) => size });
    small.add(5);
    small.add(7);
    expect(small.latest(9)).toEqual([7]);
  });

  test("forgets everything when it is cleared", () => {
    const buffer = createRingBuffer<string>({ maxItems: 2 });
    buffer.add("a");
    buffer.clear();
    expect([buffer.total(), buffer.latest(5)]).toEqual([0, []]);
  });
});
