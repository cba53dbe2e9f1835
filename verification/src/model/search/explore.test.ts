import { describe, expect, test } from "vitest";
import type { Violation } from "../properties/check-state.ts";
import type { System } from "../system.ts";
import { explore } from "./explore.ts";
import type { State } from "./state.ts";
import type { Move } from "./move.ts";

// A system of a few states, each given by its number, to test the exploration.

interface ToySystem {
  /** For each state: the next states, and the kinds of moves to them. */
  readonly moves: Readonly<Record<number, readonly (readonly [next: number, kind: Move["kind"]])[]>>;
  readonly ended: readonly number[];
  readonly violations?: Readonly<Record<number, Violation>>;
}

const toState = (record: number): State => ({ record, world: 1, network: 1, history: 1, activities: [0] });

const toSystem = ({ moves, ended, violations = {} }: ToySystem): System => ({
  initial: toState(0),
  moves: ({ record }) =>
    (moves[record] ?? []).map(([next, kind]) => ({
      kind,
      next: toState(next),
      describe: () => ({ actor: "till", event: `${record} to ${next}` }),
    })),
  checkState: ({ record }) => violations[record],
  isIdle: ({ record }) => ended.includes(record),
  hasEnded: ({ record }) => ended.includes(record),
  hasSucceeded: ({ record }) => ended.includes(record),
});

const eventsOf = (trace: readonly { readonly event: string }[] | undefined): readonly string[] | undefined =>
  trace?.map(({ event }) => event);

describe("an exploration", () => {
  test("visits every state once, and gives the distance of the most distant one", () => {
    const { states, transitions, depth, violation } = explore(
      toSystem({
        moves: {
          0: [
            [1, "normal"],
            [2, "fault"],
          ],
          1: [[3, "normal"]],
          2: [[3, "normal"]],
        },
        ended: [3],
      }),
    );

    expect({ states, transitions, depth, violation }).toEqual({
      states: 4,
      transitions: 4,
      depth: 2,
      violation: undefined,
    });
  });

  test("gives the shortest trace to a violation", () => {
    const { violation } = explore(
      toSystem({
        moves: {
          0: [
            [1, "normal"],
            [4, "fault"],
          ],
          1: [[2, "normal"]],
          2: [[3, "normal"]],
          4: [[3, "normal"]],
        },
        ended: [3],
        violations: { 3: { invariant: "agreement", description: "they differ" } },
      }),
    );

    expect(violation).toMatchObject({ invariant: "agreement", description: "they differ" });
    expect(eventsOf(violation?.trace)).toEqual(["0 to 4", "4 to 3"]);
  });

  test("goes on beyond a limit of the protocol, and gives the shortest trace to it", () => {
    const { states, limits, violation } = explore(
      toSystem({
        moves: {
          0: [
            [1, "fault"],
            [3, "normal"],
          ],
          1: [[2, "normal"]],
          2: [[3, "normal"]],
        },
        ended: [3],
        violations: { 1: { invariant: "agreement", description: "they differ", limit: "lateRequest" } },
      }),
    );

    expect(violation).toBeUndefined();
    expect(states).toBe(4);
    expect(limits.map(({ limit, counterexample }) => [limit, eventsOf(counterexample.trace)])).toEqual([
      ["lateRequest", ["0 to 1"]],
    ]);
  });

  test.each<[string, ToySystem, string, readonly string[]]>([
    [
      "if nothing happens any more although something is left to do",
      { moves: { 0: [[1, "normal"]], 1: [[2, "fault"]] }, ended: [2] },
      "nothing happens any more, and something is left to do",
      ["0 to 1"],
    ],
    [
      "where only what the till decides leads on, and it is not at rest",
      { moves: { 0: [[1, "normal"]], 1: [[2, "decision"]] }, ended: [2] },
      "nothing happens any more, and something is left to do",
      ["0 to 1"],
    ],
    [
      "if normal moves form a circle, even if other moves leave it",
      {
        moves: {
          0: [[1, "normal"]],
          1: [
            [0, "normal"],
            [2, "normal"],
          ],
        },
        ended: [2],
      },
      "what happens leads in a circle",
      [],
    ],
  ])("says that it need not end %s", (_, toySystem, description, trace) => {
    const { violation } = explore(toSystem(toySystem));

    expect(violation).toMatchObject({ invariant: "terminates", description });
    expect(eventsOf(violation?.trace)).toEqual(trace);
  });

  test("accepts a circle that only faults close", () => {
    const { violation } = explore(toSystem({ moves: { 0: [[1, "normal"]], 1: [[0, "fault"]] }, ended: [1] }));

    expect(violation).toBeUndefined();
  });
});
