import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { createMaintenance, type Maintenance } from "./maintenance.ts";

/** Counts the runs of maintenance. */
function countRuns(): { readonly maintenance: Maintenance; times(): number } {
  let times = 0;
  const maintenance = createMaintenance([
    () => {
      times += 1;
    },
  ]);
  return { maintenance, times: () => times };
}

it("runs once five hundred changes were committed, in the next turn", async () => {
  const { maintenance, times } = countRuns();

  for (let n = 0; n < 499; n += 1) maintenance.recordChanges(1);
  await nextTurn();
  expect(times()).toBe(0);

  maintenance.recordChanges(1);
  expect(times()).toBe(0);
  await nextTurn();
  expect(times()).toBe(1);
});

it("runs once for all changes of that turn, and again after five hundred more", async () => {
  const { maintenance, times } = countRuns();

  for (let n = 0; n < 30; n += 1) maintenance.recordChanges(100);
  await nextTurn();
  expect(times()).toBe(1);

  for (let n = 0; n < 10; n += 1) {
    maintenance.recordChanges(100);
    await nextTurn();
  }
  expect(times()).toBe(3);
});

it("runs one task in each turn", async () => {
  const done: string[] = [];
  const maintenance = createMaintenance(["fold", "checkpoint"].map((task) => () => void done.push(task)));

  maintenance.recordChanges(500);
  await nextTurn();
  expect(done).toEqual(["fold"]);

  await nextTurn();
  expect(done).toEqual(["fold", "checkpoint"]);
});
