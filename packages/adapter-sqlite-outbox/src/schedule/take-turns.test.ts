import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byAge, type Candidate, takeTurns } from "./take-turns.ts";

const candidates: fc.Arbitrary<readonly Candidate[]> = fc
  .array(fc.record({ due_at: fc.nat(5), queue: fc.constantFrom("q", "r", "s") }), { maxLength: 20 })
  .map((rows) => rows.map((row, index) => ({ ...row, row_id: index })));

const countOf = (queue: string, rows: readonly Candidate[]): number => rows.filter((row) => row.queue === queue).length;

describe("taking turns", () => {
  it("lets no queue give more than one more than another that still has some", () => {
    fc.assert(
      fc.property(candidates, fc.nat(20), (rows, limit) => {
        const taken = takeTurns(rows, limit, limit);

        expect(taken).toHaveLength(Math.min(limit, rows.length));
        const queues = ["q", "r", "s"];
        const most = Math.max(...queues.map((queue) => countOf(queue, taken)));
        const withMore = queues.filter((queue) => countOf(queue, taken) < countOf(queue, rows));
        for (const queue of withMore) expect(countOf(queue, taken)).toBeGreaterThanOrEqual(most - 1);
      }),
    );
  });

  it("keeps the order of each queue", () => {
    fc.assert(
      fc.property(candidates, (rows) => {
        const taken = takeTurns(rows, rows.length, rows.length).filter(({ queue }) => queue === "q");

        expect(taken).toEqual(taken.toSorted(byAge));
      }),
    );
  });

  it("lets no queue give more than it may", () => {
    const rows = [1, 2, 3].map((row_id) => ({ row_id, due_at: 0, queue: "q" }));

    expect(takeTurns(rows, 3, 2)).toEqual(rows.slice(0, 2));
  });
});
