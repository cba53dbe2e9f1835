import { parseArgs } from "node:util";
import { parseWholeNumber } from "../options.ts";
import type { Report } from "../report.ts";
import { type KillRun, runKills } from "./kill-run.ts";

/**
 * Real processes: tills under load, on SQLite files, with the simulator over HTTP, killed by SIGKILL at random moments.
 * `--times N` gives the number of kills, `--seed S` the seed of the moments.
 */
export async function verifyKill(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options });
  const [times, seed] = [parseWholeNumber("--times", values.times, 1), parseWholeNumber("--seed", values.seed)];
  const runs = await runInBothModes(times, seed);
  const sum = (valueOf: (run: KillRun) => number): number => runs.reduce((total, run) => total + valueOf(run), 0);
  const returnedCalls = sum((run) => run.returnedCalls);
  console.log(
    `${returnedCalls} results to callers before the kills · ${sum((run) => run.leftBehind)} unfinished transactions left behind · ${sum((run) => run.killedEarly)} processes killed before they served`,
  );
  return {
    check: "kill",
    size: `${times} kills, ${sum((run) => run.transactions)} transactions`,
    faults: `SIGKILL, and ${sum((run) => run.faults)} faults of the switch`,
    failures: [
      ...runs.flatMap(({ violations }) => violations),
      ...(returnedCalls > 0 ? [] : ["no caller got a result before a kill: nothing was shown"]),
    ],
  };
}

/** Two tills, each with a file and a switch of its own: one in dual messaging, one in single. */
export async function runInBothModes(times: number, seed: number): Promise<readonly KillRun[]> {
  const firstHalf = Math.ceil(times / 2);
  return Promise.all([
    runKills({ kills: firstHalf, seed, messaging: "dual" }),
    runKills({ kills: times - firstHalf, seed: seed + 1, messaging: "single" }),
  ]);
}

const options = {
  times: { type: "string", default: "500" },
  seed: { type: "string", default: "1" },
} as const;
