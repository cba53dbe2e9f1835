import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkBitFlips, selectInEveryPage } from "./bit-flips.ts";
import { withTemporaryFolder } from "./temporary-folder.ts";
import { checkFullDisk } from "./full-disk.ts";
import { checkLockedFile } from "./locked-file.ts";
import type { DiskCheckResult } from "./disk-check-result.ts";
import { checkReadOnly } from "./read-only.ts";
import { checkForeignFiles } from "./foreign-files.ts";
import { checkTruncatedWal } from "./truncated-wal.ts";
import { createCommitHistory } from "./workload.ts";

/** Far longer than any of them takes. It only makes a test fail that would never end. */
const MAX_WAIT_MS = 60_000;

/** Each check expects an error that says what is wrong, nothing that was never committed, and everything once the cause is gone. */
const faults: readonly (readonly [string, atLeast: number, (folder: string) => Promise<DiskCheckResult>])[] = [
  [
    "the disk is full whenever a commit needs room",
    5,
    (folder) => checkFullDisk(join(folder, "till.db"), createCommitHistory(10), 1),
  ],
  [
    "the disk is full whenever commits that share a transaction need room",
    3,
    (folder) => checkFullDisk(join(folder, "till.db"), createCommitHistory(10), 4),
  ],
  [
    "another process has begun to write, and does not end",
    5,
    (folder) => checkLockedFile(join(folder, "till.db"), createCommitHistory(5)),
  ],
  ["the file, or its folder, can only be read", 5, (folder) => checkReadOnly(folder, createCommitHistory(5))],
  ["the file is newer, or not ours", 8, (folder) => checkForeignFiles(folder, createCommitHistory(5))],
  [
    "a byte of each page has changed",
    30,
    (folder) => checkBitFlips(join(folder, "till.db"), createCommitHistory(5), selectInEveryPage(3)),
  ],
  [
    "the write-ahead log ends after any frame, or in the midst of it",
    100,
    (folder) => checkTruncatedWal(folder, createCommitHistory(2), 1),
  ],
  [
    "the write-ahead log ends anywhere, while many commits share a transaction",
    100,
    (folder) => checkTruncatedWal(folder, createCommitHistory(10), 8),
  ],
];

describe("an outbox on a disk that fails", () => {
  test.each(faults)(
    "given that %s",
    async (_, atLeast, check) => {
      const { points, failures } = await withTemporaryFolder(check);

      expect(failures).toEqual([]);
      expect(points).toBeGreaterThanOrEqual(atLeast);
    },
    MAX_WAIT_MS,
  );
});
