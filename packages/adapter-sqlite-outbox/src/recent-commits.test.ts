import { expect, it } from "vitest";
import { createRecentCommits, type RecentCommit } from "./recent-commits.ts";

const commit = (position: number): RecentCommit => ({
  position,
  row_id: position,
  version: 1,
  due_at: null,
  due_work: null,
  queue: null,
  client: null,
  owner: null,
  committed_at: 0,
});

it("gives the commits between two positions, if this process has made all of them", () => {
  const recent = createRecentCommits();
  recent.add([commit(1), commit(2)]);
  recent.add([commit(3)]);

  expect(recent.between(1, 3)).toEqual([commit(2), commit(3)]);
  expect(recent.between(3, 3)).toEqual([]);
});

it("gives nothing if another process has made one of them", () => {
  const recent = createRecentCommits();
  recent.add([commit(1), commit(3)]);

  expect(recent.between(0, 3)).toBeUndefined();
  expect(recent.between(1, 4)).toBeUndefined();
});

it("forgets what is too much to remember, and then gives nothing", () => {
  const recent = createRecentCommits();
  recent.add(Array.from({ length: 5_000 }, (_, n) => commit(n + 1)));
  recent.add([commit(5_001)]);

  expect(recent.between(0, 5_001)).toBeUndefined();
  expect(recent.between(5_000, 5_001)).toEqual([commit(5_001)]);
});
