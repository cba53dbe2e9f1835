import fc from "fast-check";
import { expect, test } from "vitest";
import { createProgressGraph } from "./progress-graph.ts";

/** A graph by the successors of each state; any number of states, any moves between them. */
const graphs = fc
  .integer({ min: 1, max: 12 })
  .chain((states) =>
    fc.array(fc.array(fc.nat({ max: states - 1 }), { maxLength: 4 }), { minLength: states, maxLength: states }),
  );

const findCycleIn = (graph: readonly (readonly number[])[]): number | undefined => {
  const progress = createProgressGraph();
  for (const successors of graph) progress.add(successors);
  return progress.findCycle();
};

/** Every state that can be reached by one move or more. */
function findReachable(graph: readonly (readonly number[])[], state: number): ReadonlySet<number> {
  const reached = new Set<number>();
  const open = [...(graph[state] ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!reached.has(next)) open.push(...(graph[next] ?? []));
    reached.add(next);
  }
  return reached;
}

test("a state on a circle leads back to itself, and one is found if there is a circle", () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const onCycles = graph.flatMap((_, state) => (findReachable(graph, state).has(state) ? [state] : []));

      expect(onCycles.length === 0 ? [undefined] : onCycles).toContain(findCycleIn(graph));
    }),
  );
});

test("a path longer than the stack has no circle, until its end leads back", () => {
  const states = 200_000;
  const path = Array.from({ length: states }, (_, state) => (state + 1 < states ? [state + 1] : []));

  expect(findCycleIn(path)).toBeUndefined();
  expect(findCycleIn(path.with(states - 1, [0]))).toBe(0);
});
