import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { withTemporaryFolder } from "../files.ts";
import { quantile } from "../rounds.ts";
import { type Effort, formatMs, type BenchmarkRow } from "../row.ts";

/** 9: a till that is started after a crash delivers at once, however much was left unfinished. */
export async function measureReopening({ rounds, unfinished }: Effort): Promise<BenchmarkRow> {
  return withTemporaryFolder(async (folder) => {
    const path = join(folder, "outbox.db");
    runUntilCrash("fill", path, `${unfinished}`);
    const walBytes: number[] = [];
    const figures: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      walBytes.push(statSync(`${path}-wal`).size);
      figures.push(Number(runUntilCrash("reopen", path)));
    }
    const medianMs = quantile(figures, 0.5);
    return {
      number: 9,
      measure: `first redelivery after a crash with ${unfinished.toLocaleString("en")} unfinished`,
      ours: formatMs(medianMs),
      denominator: `milliseconds; a log of ${Math.round(quantile(walBytes, 0.5) / 2 ** 20)} MB was left`,
      ratio: medianMs,
      expected: { atMost: 50 },
    };
  });
}

/** Runs the child process until it crashes. Gives its output. */
function runUntilCrash(...work: readonly string[]): string {
  const script = join(import.meta.dirname, "../reopening-child.ts");
  const child = spawnSync(process.execPath, [...process.execArgv, script, ...work], { encoding: "utf8" });
  if (child.signal !== "SIGKILL") throw new Error(`it was to crash: ${child.stderr}`);
  return child.stdout;
}
