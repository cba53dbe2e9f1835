import fc from "fast-check";
import { expect, test } from "vitest";
import { createWays } from "./ways.ts";

/** A graph by the successors of each state; any number of states, any moves between them. */
const graphs = fc
  .integer({ min: 1, max: 12 })
  .chain((states) =>
    fc.array(fc.array(fc.nat({ max: states - 1 }), { maxLength: 4 }), { minLength: states, maxLength: states }),
  );

const circleIn = (graph: readonly (readonly number[])[]): number | undefined => {
  const ways = createWays();
  for (const successors of graph) ways.add(successors);
  return ways.findCircle();
};

/** Every state that can be reached by one move or more. */
function reachedFrom(graph: readonly (readonly number[])[], state: number): ReadonlySet<number> {
  const reached = new Set<number>();
  const open = [...(graph[state] ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!reached.has(next)) open.push(...(graph[next] ?? []));
    reached.add(next);
  }
  return reached;
}

test("a state on a circle is one that leads back to itself, and one is found wherever there is one", () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const onCircles = graph.flatMap((_, state) => (reachedFrom(graph, state).has(state) ? [state] : []));

      expect(onCircles.length === 0 ? [undefined] : onCircles).toContain(circleIn(graph));
    }),
  );
});

test("a way longer than any stack has no circle, until its end leads back", () => {
  const states = 200_000;
  const way = Array.from({ length: states }, (_, state) => (state + 1 < states ? [state + 1] : []));

  expect(circleIn(way)).toBeUndefined();
  expect(circleIn(way.with(states - 1, [0]))).toBe(0);
});
