import { describe, expect, test } from "vitest";
import type { Broken } from "../judgement/judge.ts";
import type { System } from "../system.ts";
import { explore } from "./explore.ts";
import type { State } from "./state.ts";
import type { Transition } from "./transition.ts";

// A system of a few states, each by its number, to see what an exploration makes of it.

interface Toy {
  /** From each state: where to, and as what kind of move. */
  readonly moves: Readonly<Record<number, readonly (readonly [next: number, kind: Transition["kind"]])[]>>;
  readonly ended: readonly number[];
  readonly broken?: Readonly<Record<number, Broken>>;
}

const stateOf = (record: number): State => ({ record, world: 1, network: 1, ghosts: 1, activities: [0] });

const systemOf = ({ moves, ended, broken = {} }: Toy): System => ({
  initial: stateOf(0),
  moves: ({ record }) =>
    (moves[record] ?? []).map(([next, kind]) => ({
      kind,
      next: stateOf(next),
      say: () => ({ who: "till", what: `${record} to ${next}` }),
    })),
  broken: ({ record }) => broken[record],
  isAtRest: ({ record }) => ended.includes(record),
  hasEnded: ({ record }) => ended.includes(record),
  hasSucceeded: ({ record }) => ended.includes(record),
});

const wordsOf = (trace: readonly { readonly what: string }[] | undefined): readonly string[] | undefined =>
  trace?.map(({ what }) => what);

describe("an exploration", () => {
  test("visits every state once, and says how far the farthest is away", () => {
    const { states, transitions, depth, violation } = explore(
      systemOf({
        moves: {
          0: [
            [1, "ordinary"],
            [2, "fault"],
          ],
          1: [[3, "ordinary"]],
          2: [[3, "ordinary"]],
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

  test("gives the shortest way to what must not be", () => {
    const { violation } = explore(
      systemOf({
        moves: {
          0: [
            [1, "ordinary"],
            [4, "fault"],
          ],
          1: [[2, "ordinary"]],
          2: [[3, "ordinary"]],
          4: [[3, "ordinary"]],
        },
        ended: [3],
        broken: { 3: { invariant: "agreement", what: "they differ" } },
      }),
    );

    expect(violation).toMatchObject({ invariant: "agreement", what: "they differ" });
    expect(wordsOf(violation?.trace)).toEqual(["0 to 4", "4 to 3"]);
  });

  test("goes on beyond a limit of the protocol, and gives the shortest way to it", () => {
    const { states, limits, violation } = explore(
      systemOf({
        moves: {
          0: [
            [1, "fault"],
            [3, "ordinary"],
          ],
          1: [[2, "ordinary"]],
          2: [[3, "ordinary"]],
        },
        ended: [3],
        broken: { 1: { invariant: "agreement", what: "they differ", limit: "lateRequest" } },
      }),
    );

    expect(violation).toBeUndefined();
    expect(states).toBe(4);
    expect(limits.map(({ limit, found }) => [limit, wordsOf(found.trace)])).toEqual([["lateRequest", ["0 to 1"]]]);
  });

  test.each<[string, Toy, string, readonly string[]]>([
    [
      "where nothing happens any more though something is left to do",
      { moves: { 0: [[1, "ordinary"]], 1: [[2, "fault"]] }, ended: [2] },
      "nothing happens any more, and something is left to do",
      ["0 to 1"],
    ],
    [
      "where only what the till decides leads on, and it is not at rest",
      { moves: { 0: [[1, "ordinary"]], 1: [[2, "decision"]] }, ended: [2] },
      "nothing happens any more, and something is left to do",
      ["0 to 1"],
    ],
    [
      "where what happens leads in a circle, however it might be left",
      {
        moves: {
          0: [[1, "ordinary"]],
          1: [
            [0, "ordinary"],
            [2, "ordinary"],
          ],
        },
        ended: [2],
      },
      "what happens leads in a circle",
      [],
    ],
  ])("says that it need not end %s", (_, toy, what, trace) => {
    const { violation } = explore(systemOf(toy));

    expect(violation).toMatchObject({ invariant: "itEnds", what });
    expect(wordsOf(violation?.trace)).toEqual(trace);
  });

  test("takes a circle for no harm that only faults close", () => {
    const { violation } = explore(systemOf({ moves: { 0: [[1, "ordinary"]], 1: [[0, "fault"]] }, ended: [1] }));

    expect(violation).toBeUndefined();
  });
});
