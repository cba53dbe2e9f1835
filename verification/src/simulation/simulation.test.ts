import { errAsync, okAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import { invariants, runInvariants } from "../oracle/invariants.ts";
import type { DefectInjector } from "./ports.ts";
import { runSeed } from "./run.ts";
import { findUnseenFaultKinds, search } from "./search.ts";

const SEEDS = 1_000;

/** Far longer than it takes. It only makes a test fail that would never end. */
const MAX_WAIT_MS = 300_000;

test(
  "with every kind of fault, till and switch end in agreement, and every promise is kept",
  async () => {
    const found = await search({ from: 1, count: SEEDS, step: 1 });

    expect(found.failures.map(({ seed, violations, trace }) => [`seed ${seed}`, ...violations, ...trace])).toEqual([]);
    expect(findUnseenFaultKinds(found)).toEqual([]);
  },
  MAX_WAIT_MS,
);

test("one seed is one run, exactly", async () => {
  for (let seed = 1; seed <= 25; seed += 1) {
    const [first, again] = [await runSeed(seed), await runSeed(seed)];
    expect(again).toEqual(first);
  }
  expect((await runSeed(1)).digest).not.toBe((await runSeed(2)).digest);
});

describe("a defect of the ports is detected", () => {
  const defects: Readonly<Record<string, { readonly injectDefect: DefectInjector; readonly violation: string }>> = {
    "an outbox that loses what it said was stored": {
      injectDefect: ({ outbox, ...ports }) => ({
        ...ports,
        outbox: { ...outbox, commit: (change) => (change.state === "confirming" ? okAsync() : outbox.commit(change)) },
      }),
      violation: runInvariants.toldIsStored,
    },
    "an outbox that lets the last writer win": {
      injectDefect: ({ outbox, ...ports }) => ({
        ...ports,
        outbox: {
          ...outbox,
          commit: (change) =>
            outbox.commit(change).orElse((error) => (error.type === "conflict" ? okAsync() : errAsync(error))),
        },
      }),
      violation: invariants.decisionKept,
    },
    "an Electrum port that acknowledges what it never sent": {
      injectDefect: ({ electrum, ...ports }) => ({
        ...ports,
        electrum: {
          ...electrum,
          send: (outgoing, deadlineAt) =>
            outgoing.operation === "reverseVoucher"
              ? okAsync({ status: 202, body: "" })
              : electrum.send(outgoing, deadlineAt),
        },
      }),
      violation: invariants.agreement,
    },
    "an outbox that lets two transactions hold one key": {
      injectDefect: ({ outbox, ...ports }) => ({
        ...ports,
        outbox: { ...outbox, commit: ({ exclusiveKey: _, ...change }) => outbox.commit(change) },
      }),
      violation: runInvariants.oneOpenRedemption,
    },
    "a clock whose sleep never ends": {
      injectDefect: (ports) => ({ ...ports, clock: { ...ports.clock, sleep: () => new Promise(() => undefined) } }),
      violation: invariants.terminates,
    },
  };

  /** Most are detected within ten. */
  const MAX_SEEDS = 400;

  test.each(Object.entries(defects))("%s", async (_, { injectDefect, violation }) => {
    const broken: string[] = [];
    for (let seed = 1; seed <= MAX_SEEDS && !broken.some((each) => each.includes(violation)); seed += 1)
      broken.push(...(await runSeed(seed, injectDefect)).violations);

    expect(broken).toContainEqual(expect.stringContaining(violation));
  });
});
