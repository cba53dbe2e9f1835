import { join } from "node:path";
import type { Report } from "../report.ts";
import { flippedBits, inEveryPage, inIndex } from "./flipped.ts";
import { inFolder } from "./folder.ts";
import { fullAtEveryPage } from "./full.ts";
import { lockedByAnother } from "./locked.ts";
import { type Outcome, together } from "./outcome.ts";
import { readOnly } from "./read-only.ts";
import { onSmallDisk } from "./small-disk.ts";
import { strangers } from "./strangers.ts";
import { truncatedLog } from "./truncated.ts";
import { workload } from "./workload.ts";

/** The indexes by which transactions are found. */
const indexes = ["sqlite_autoindex_transactions_1", "transactions_due", "transactions_finished"];

/** A disk that fails: an outbox on it says so, decodes nothing that was never committed, and has everything once it is well again. */
export async function verifyDisk(): Promise<Report> {
  const day = workload(30);
  const hour = workload(6);
  const inFile = (trouble: (path: string) => Promise<Outcome>): Promise<Outcome> =>
    inFolder((folder) => trouble(join(folder, "till.db")));

  const full = [
    await inFile((path) => fullAtEveryPage(path, day, 1)),
    await inFile((path) => fullAtEveryPage(path, day, 4)),
  ];
  const small = await inFolder((folder) => onSmallDisk(folder, 6));
  const others = [
    await inFile((path) => lockedByAnother(path, day)),
    await inFolder((folder) => readOnly(folder, day)),
    await inFolder((folder) => strangers(folder, hour)),
  ];
  const flipped = [await inFile((path) => flippedBits(path, day, inEveryPage(12)))];
  for (const index of indexes) flipped.push(await inFile((path) => flippedBits(path, hour, inIndex(index))));
  const truncated = [
    await inFolder((folder) => truncatedLog(folder, hour, 1)),
    await inFolder((folder) => truncatedLog(folder, day, 8)),
  ];

  const size = [
    `full ${together(full).points} times`,
    small === undefined ? "no small disk to be had here" : `truly full ${small.points} times`,
    `${together(flipped).points} flipped bits`,
    `${together(truncated).points} truncated logs`,
  ];
  return {
    check: "hostile disk",
    size: size.join(", "),
    faults: "full, locked, read-only, foreign, newer, a flipped bit, a truncated log",
    failures: together([...full, ...others, ...flipped, ...truncated, ...(small === undefined ? [] : [small])])
      .failures,
  };
}
