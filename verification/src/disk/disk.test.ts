import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { flippedBits, inEveryPage } from "./flipped.ts";
import { inFolder } from "./folder.ts";
import { fullAtEveryPage } from "./full.ts";
import { lockedByAnother } from "./locked.ts";
import type { Outcome } from "./outcome.ts";
import { readOnly } from "./read-only.ts";
import { strangers } from "./strangers.ts";
import { truncatedLog } from "./truncated.ts";
import { workload } from "./workload.ts";

/** Far more than any of them takes: what never ends is to be seen all the same. */
const PATIENCE_MS = 60_000;

/** Each gives an error that says what is wrong, nothing that was never committed, and everything once the cause is gone. */
const troubles: readonly (readonly [string, atLeast: number, (folder: string) => Promise<Outcome>])[] = [
  [
    "the disk is full whenever a commit needs room",
    5,
    (folder) => fullAtEveryPage(join(folder, "till.db"), workload(10), 1),
  ],
  [
    "the disk is full whenever commits that share a transaction need room",
    3,
    (folder) => fullAtEveryPage(join(folder, "till.db"), workload(10), 4),
  ],
  [
    "another process has begun to write, and does not end",
    5,
    (folder) => lockedByAnother(join(folder, "till.db"), workload(5)),
  ],
  ["the file, or its folder, can only be read", 5, (folder) => readOnly(folder, workload(5))],
  ["the file is newer, or not ours", 8, (folder) => strangers(folder, workload(5))],
  [
    "a byte of each page has changed",
    30,
    (folder) => flippedBits(join(folder, "till.db"), workload(5), inEveryPage(3)),
  ],
  [
    "the write-ahead log ends after any frame, or in the midst of it",
    100,
    (folder) => truncatedLog(folder, workload(2), 1),
  ],
  [
    "the write-ahead log ends anywhere, while many commits share a transaction",
    100,
    (folder) => truncatedLog(folder, workload(10), 8),
  ],
];

describe("an outbox on a disk that fails", () => {
  test.each(troubles)(
    "given that %s",
    async (_, atLeast, trouble) => {
      const { points, failures } = await inFolder(trouble);

      expect(failures).toEqual([]);
      expect(points).toBeGreaterThanOrEqual(atLeast);
    },
    PATIENCE_MS,
  );
});
