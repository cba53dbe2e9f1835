import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { createMaintenance, type Maintenance } from "./maintenance.ts";

/** Counts how often things are put in order. */
function counted(): { readonly upkeep: Maintenance; times(): number } {
  let times = 0;
  const upkeep = createMaintenance([
    () => {
      times += 1;
    },
  ]);
  return { upkeep, times: () => times };
}

it("is done once five hundred changes were committed, in the turn after", async () => {
  const { upkeep, times } = counted();

  for (let n = 0; n < 499; n += 1) upkeep.recordChanges(1);
  await nextTurn();
  expect(times()).toBe(0);

  upkeep.recordChanges(1);
  expect(times()).toBe(0);
  await nextTurn();
  expect(times()).toBe(1);
});

it("is done once for as many as were committed in that turn, and again after five hundred more", async () => {
  const { upkeep, times } = counted();

  for (let n = 0; n < 30; n += 1) upkeep.recordChanges(100);
  await nextTurn();
  expect(times()).toBe(1);

  for (let n = 0; n < 10; n += 1) {
    upkeep.recordChanges(100);
    await nextTurn();
  }
  expect(times()).toBe(3);
});

it("does one task in a turn", async () => {
  const done: string[] = [];
  const upkeep = createMaintenance(["adds up", "copies"].map((task) => () => void done.push(task)));

  upkeep.recordChanges(500);
  await nextTurn();
  expect(done).toEqual(["adds up"]);

  await nextTurn();
  expect(done).toEqual(["adds up", "copies"]);
});
