import { parseArgs } from "node:util";
import { parseWholeNumber } from "../options.ts";
import type { Report } from "../report.ts";
import { type KillRun, runKills } from "./kill-run.ts";

/**
 * Real processes: tills under load, two on each SQLite file, with the simulator over HTTP, stalled by SIGSTOP and killed by SIGKILL at
 * random moments, each with a wall clock of its own that is wrong by hours, days or years, and is set meanwhile.
 * `--times N` gives the number of kills, `--seed S` the seed of the moments.
 */
export async function verifyKill(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options });
  const [times, seed] = [parseWholeNumber("--times", values.times, 1), parseWholeNumber("--seed", values.seed)];
  const runs = await runInBothModes(times, seed);
  const sum = (valueOf: (run: KillRun) => number): number => runs.reduce((total, run) => total + valueOf(run), 0);
  const returnedCalls = sum((run) => run.returnedCalls);
  const [kills, stalls, jumps] = [sum((run) => run.kills), sum((run) => run.stalls), sum((run) => run.jumps)];
  console.log(
    `${returnedCalls} results to callers before the kills · ${sum((run) => run.leftBehind)} unfinished transactions found at the start · ${sum((run) => run.killedEarly)} processes killed before they served`,
  );
  return {
    check: "kill",
    counts: { kills, stalls, "set clocks": jumps },
    size: `${kills} kills, ${stalls} stalls, ${jumps} set clocks, ${sum((run) => run.transactions)} transactions`,
    faults: `SIGKILL, SIGSTOP, wrong clocks, and ${sum((run) => run.faults)} faults of the switch`,
    failures: [
      ...runs.flatMap(({ violations }) => violations),
      ...(returnedCalls > 0 ? [] : ["no caller got a result before a kill: nothing was shown"]),
    ],
  };
}

/** Two files, each with a switch of its own: one in dual messaging, one in single. */
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
