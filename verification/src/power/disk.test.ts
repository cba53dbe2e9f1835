import { describe, expect, test } from "vitest";
import { createRandom, type Random } from "../random.ts";
import { createDisk } from "./disk.ts";
import type { DiskEvent } from "./recording.ts";

const FILE = 1;
const OTHER = 2;

const create = (name: string, inode = FILE): DiskEvent => ({ type: "create", name, inode });
const write = (text: string, offset = 0, inode = FILE): DiskEvent => ({
  type: "write",
  inode,
  offset,
  data: Buffer.from(text),
});
const truncate = (size: number): DiskEvent => ({ type: "truncate", inode: FILE, size });
const sync: DiskEvent = { type: "sync", inode: FILE };
const syncFailed: DiskEvent = { type: "syncFailed", inode: FILE };
const syncFolder: DiskEvent = { type: "syncFolder" };

/** Enough power losses for everything to happen that can. */
const LOSSES = 300;

function diskAfter(events: readonly DiskEvent[]): ReturnType<typeof createDisk> {
  const disk = createDisk();
  for (const event of events) disk.apply(event);
  return disk;
}

/** Everything that a power loss after these events may leave, as text. */
function remains(...events: readonly DiskEvent[]): ReadonlySet<string> {
  const disk = diskAfter(events);
  return new Set(
    Array.from({ length: LOSSES }, (_, seed) =>
      [...disk.losePower(createRandom(seed, 0))]
        .map(([name, bytes]) => `${name}: ${bytes.toString("latin1").replaceAll("\0", "-")}`)
        .toSorted((one, other) => one.localeCompare(other))
        .join(", "),
    ),
  );
}

describe("after a power loss", () => {
  test("what was synced is there, if the folder was synced as well", () => {
    expect(remains(create("a"), write("one"), sync, syncFolder)).toEqual(new Set(["a: one"]));
  });

  test("a new file may be missing, whatever was synced, if the folder was not", () => {
    expect(remains(create("a"), write("one"), sync)).toEqual(new Set(["", "a: one"]));
  });

  test("a write that was not synced is there or not, whatever came after it", () => {
    expect(remains(create("a"), syncFolder, write("one"), write("two", 3))).toEqual(
      new Set(["a: ", "a: one", "a: ---two", "a: onetwo"]),
    );
  });

  test("a write that replaced another leaves one of the two", () => {
    expect(remains(create("a"), write("one"), sync, syncFolder, write("two"))).toEqual(new Set(["a: one", "a: two"]));
  });

  test("a write is torn between two sectors, not within one", () => {
    const [first, second] = ["x".repeat(512), "y".repeat(512)];
    expect(remains(create("a"), syncFolder, write(first + second))).toEqual(
      new Set(["a: ", `a: ${first}`, `a: ${"-".repeat(512)}${second}`, `a: ${first}${second}`]),
    );
  });

  test("a file that was shortened has the old or the new size, and holds zeros if it grows again", () => {
    expect(remains(create("a"), write("one"), sync, syncFolder, truncate(1), sync, truncate(2))).toEqual(
      new Set(["a: o", "a: o-"]),
    );
  });

  test("what was written before a sync that failed stays uncertain, also after one that succeeded", () => {
    expect(
      remains(create("a"), write("one"), sync, syncFolder, write("two", 3), syncFailed, write("six", 6), sync),
    ).toEqual(new Set(["a: one---six", "a: onetwosix"]));
  });

  test("a new name, a link and a removal have happened or not, each whole, until the folder is synced", () => {
    const file = [create("a"), write("one"), sync, syncFolder];
    const rename: DiskEvent = { type: "rename", from: "a", to: "b", inode: FILE };
    expect(remains(...file, rename)).toEqual(new Set(["a: one", "b: one"]));
    expect(remains(...file, { type: "link", to: "b", inode: FILE })).toEqual(new Set(["a: one", "a: one, b: one"]));
    expect(remains(...file, { type: "unlink", name: "a" })).toEqual(new Set(["", "a: one"]));
    expect(remains(...file, rename, syncFolder)).toEqual(new Set(["b: one"]));
  });

  test("a file that was removed may come back with what it held, though its inode is another's now", () => {
    expect(
      remains(create("a"), write("one"), sync, syncFolder, { type: "unlink", name: "a" }, create("b", FILE)),
    ).toContain("a: one, b: ");
  });
});

test("a file with two names has one content, and what was found after a power loss is certain at the next", () => {
  const disk = diskAfter([create("a"), { type: "link", to: "b", inode: FILE }, syncFolder, write("x".repeat(5_000))]);
  const found = disk.losePower(createRandom(3, 0));
  const restored = diskAfter([
    { type: "powerLost", found: [...found].map(([name, content]) => ({ name, inode: FILE, content })) },
    { type: "unlink", name: "b" },
  ]);

  expect(found.get("a")).toBe(found.get("b"));
  expect(restored.losePower(createRandom(4, 0)).get("a")).toEqual(found.get("a"));
});

test("before it, a process sees everything that was written", () => {
  const disk = diskAfter([create("a"), write("one"), create("b", OTHER), write("two", 1, OTHER)]);

  expect([...disk.current()].map(([name, bytes]) => [name, bytes.toString()])).toEqual([
    ["a", "one"],
    ["b", "\0two"],
  ]);
});

test("the same random numbers leave the same", () => {
  const disk = diskAfter([create("a"), syncFolder, write("x".repeat(5_000))]);
  const random = (): Random => createRandom(7, 7);

  expect(disk.losePower(random())).toEqual(disk.losePower(random()));
});
