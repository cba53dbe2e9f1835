import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Effort, Row } from "../row.ts";

/** What the child does whose fsync calls are counted; see fsync-child.ts. */
export type FsyncWork = "awaitedSaves" | "sales1" | "sales64";

/** Their changes are just not enough for the log to be copied, which takes three calls more. */
const UNTIL_COPIED = 120;

/** 2 and 3: durability, counted where it happens. */
export function fsyncCalls({ sales }: Effort): readonly Row[] {
  const count = sales * 4;
  return [
    row(2, "fsync calls per sale, one in flight, until the log is copied", UNTIL_COPIED, "sales1", { atMost: 4 }),
    row(2, "fsync calls per sale, one in flight, copying included", UNTIL_COPIED * 8, "sales1"),
    row(2, "fsync calls per sale, 64 in flight", count, "sales64", { atMost: 0.2 }),
    row(3, "fsync calls per awaited save", count, "awaitedSaves", { atLeast: 1 }),
  ];
}

function row(
  number: number,
  measure: string,
  count: number,
  work: FsyncWork,
  expected?: NonNullable<Row["expected"]>,
): Row {
  const { calls: all, how } = countIn(work, count);
  // Opening and closing the file make some of their own.
  const calls = all - countIn(work, 0).calls;
  return {
    number,
    measure,
    ours: `${calls}`,
    denominator: `${count}, counted by ${how}`,
    ratio: calls / count,
    ...(expected === undefined ? {} : { expected }),
  };
}

function countIn(work: FsyncWork, count: number): { readonly calls: number; readonly how: string } {
  const folder = mkdtempSync(join(tmpdir(), "vouchers-fsync-"));
  const child = [
    process.execPath,
    ...process.execArgv,
    join(import.meta.dirname, "../fsync-child.ts"),
    work,
    `${count}`,
  ];
  const trace = join(folder, "trace");
  try {
    const traced = spawnSync("strace", ["-f", "-e", "trace=fsync,fdatasync", "-o", trace, ...child], {
      encoding: "utf8",
    });
    if (traced.status === 0) return { calls: callsIn(readFileSync(trace, "utf8")), how: "strace" };
    const [command = "", ...rest] = child;
    const counted = spawnSync(command, rest, { encoding: "utf8" });
    return { calls: Number(counted.stdout), how: "commits of the adapter: SQLite counts none" };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const callsIn = (trace: string): number => trace.match(/ f(?:data)?sync\(/g)?.length ?? 0;
