import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { inFolder } from "../files.ts";
import { quantile } from "../rounds.ts";
import { type Effort, milliseconds, type Row } from "../row.ts";

/** 9: a till that comes back after a crash delivers at once, however much was left unfinished. */
export async function reopening({ rounds, unfinished }: Effort): Promise<Row> {
  return inFolder(async (folder) => {
    const path = join(folder, "outbox.db");
    run("fill", path, `${unfinished}`);
    const logs: number[] = [];
    const figures: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      logs.push(statSync(`${path}-wal`).size);
      figures.push(Number(run("reopen", path)));
    }
    const medianMs = quantile(figures, 0.5);
    return {
      number: 9,
      measure: `first redelivery after a crash with ${unfinished.toLocaleString("en")} unfinished`,
      ours: milliseconds(medianMs),
      denominator: `milliseconds; a log of ${Math.round(quantile(logs, 0.5) / 2 ** 20)} MB was left`,
      ratio: medianMs,
      expected: { atMost: 50 },
    };
  });
}

/** Runs the child until it crashes; gives what it said. */
function run(...work: readonly string[]): string {
  const script = join(import.meta.dirname, "../reopening-child.ts");
  const child = spawnSync(process.execPath, [...process.execArgv, script, ...work], { encoding: "utf8" });
  if (child.signal !== "SIGKILL") throw new Error(`it was to crash: ${child.stderr}`);
  return child.stdout;
}
