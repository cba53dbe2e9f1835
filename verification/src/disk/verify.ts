import { join } from "node:path";
import type { Report } from "../report.ts";
import { checkBitFlips, selectInEveryPage, selectInIndex } from "./bit-flips.ts";
import { withTemporaryFolder } from "./temporary-folder.ts";
import { checkFullDisk } from "./full-disk.ts";
import { checkLockedFile } from "./locked-file.ts";
import { type DiskCheckResult, mergeDiskResults } from "./disk-check-result.ts";
import { checkReadOnly } from "./read-only.ts";
import { checkSmallDisk } from "./small-disk.ts";
import { checkForeignFiles } from "./foreign-files.ts";
import { checkTruncatedWal } from "./truncated-wal.ts";
import { createCommitHistory } from "./workload.ts";

/** The indexes by which transactions are found. */
const indexes = ["sqlite_autoindex_transactions_1", "transactions_due", "transactions_finished"];

/** A disk that fails. An outbox on it reports that, gives nothing that was never committed, and has everything once the disk works again. */
export async function verifyDisk(): Promise<Report> {
  const largeHistory = createCommitHistory(30);
  const smallHistory = createCommitHistory(6);
  const inFile = (check: (path: string) => Promise<DiskCheckResult>): Promise<DiskCheckResult> =>
    withTemporaryFolder((folder) => check(join(folder, "till.db")));

  const full = [
    await inFile((path) => checkFullDisk(path, largeHistory, 1)),
    await inFile((path) => checkFullDisk(path, largeHistory, 4)),
  ];
  const small = await withTemporaryFolder((folder) => checkSmallDisk(folder, 12));
  const otherResults = [
    await inFile((path) => checkLockedFile(path, largeHistory)),
    await withTemporaryFolder((folder) => checkReadOnly(folder, largeHistory)),
    await withTemporaryFolder((folder) => checkForeignFiles(folder, smallHistory)),
  ];
  const flipped = [await inFile((path) => checkBitFlips(path, largeHistory, selectInEveryPage(12)))];
  for (const index of indexes)
    flipped.push(await inFile((path) => checkBitFlips(path, smallHistory, selectInIndex(index))));
  const truncated = [
    await withTemporaryFolder((folder) => checkTruncatedWal(folder, createCommitHistory(8), 1)),
    await withTemporaryFolder((folder) => checkTruncatedWal(folder, largeHistory, 8)),
  ];

  const counts = {
    "times full": mergeDiskResults(full).points,
    "flipped bits": mergeDiskResults(flipped).points,
    "truncated logs": mergeDiskResults(truncated).points,
  };
  const size = [
    `full ${counts["times full"]} times`,
    small === undefined ? "no small disk to be had here" : `truly full ${small.points} times`,
    `${counts["flipped bits"]} flipped bits`,
    `${counts["truncated logs"]} truncated logs`,
  ];
  return {
    check: "disk",
    counts,
    size: size.join(", "),
    faults: "full, locked, read-only, foreign, newer, a flipped bit, a truncated log",
    failures: mergeDiskResults([
      ...full,
      ...otherResults,
      ...flipped,
      ...truncated,
      ...(small === undefined ? [] : [small]),
    ]).failures,
  };
}
