import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Effort, BenchmarkRow } from "../row.ts";

/** The work of the child process whose fsync calls are counted. See fsync-child.ts. */
export type FsyncWork = "awaitedSaves" | "sales1" | "sales64";

/** Few enough changes that there is no WAL checkpoint, which takes three more calls. */
const SALES_UNTIL_CHECKPOINT = 120;

/** Far longer than a child takes under strace. */
const MAX_CHILD_MS = 120_000;

/** 2 and 3: durability, counted as fsync calls of the process. */
export function measureFsyncs({ sales }: Effort): readonly BenchmarkRow[] {
  const count = sales * 4;
  return [
    row(2, "fsync calls per sale, one in flight, until the log is copied", SALES_UNTIL_CHECKPOINT, "sales1", {
      atMost: 4,
    }),
    row(2, "fsync calls per sale, one in flight, copying included", SALES_UNTIL_CHECKPOINT * 8, "sales1"),
    row(2, "fsync calls per sale, 64 in flight", count, "sales64", { atMost: 0.2 }),
    row(3, "fsync calls per awaited save", count, "awaitedSaves", { atLeast: 1 }),
  ];
}

function row(
  number: number,
  measure: string,
  count: number,
  work: FsyncWork,
  expected?: NonNullable<BenchmarkRow["expected"]>,
): BenchmarkRow {
  const { calls: all, method } = countIn(work, count);
  // Opening and closing the file makes some calls too.
  const calls = all - countIn(work, 0).calls;
  return {
    number,
    measure,
    ours: `${calls}`,
    denominator: `${count}, counted by ${method}`,
    ratio: calls / count,
    ...(expected === undefined ? {} : { expected }),
  };
}

function countIn(work: FsyncWork, count: number): { readonly calls: number; readonly method: string } {
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
      timeout: MAX_CHILD_MS,
    });
    if (traced.signal !== null) throw new Error(`it was to end within ${MAX_CHILD_MS} ms: ${traced.stderr}`);
    if (traced.status === 0) return { calls: callsIn(readFileSync(trace, "utf8")), method: "strace" };
    const [command = "", ...rest] = child;
    const counted = spawnSync(command, rest, { encoding: "utf8", timeout: MAX_CHILD_MS });
    return { calls: Number(counted.stdout), method: "commits of the adapter: SQLite counts none" };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const callsIn = (trace: string): number => trace.match(/ f(?:data)?sync\(/g)?.length ?? 0;
