import { parseArgs } from "node:util";
import { wholeNumber } from "../options.ts";
import type { Report } from "../report.ts";
import { type Lane, runLane } from "./lane.ts";

/**
 * Real processes: tills under load, on SQLite files, with the simulator over HTTP, killed by SIGKILL at random instants.
 * `--times N` says how often in all, `--seed S` by which lots the instants are drawn.
 */
export async function verifyKill(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options });
  const [times, seed] = [wholeNumber("--times", values.times, 1), wholeNumber("--seed", values.seed)];
  const lanes = await runLanes(times, seed);
  const sum = (of: (lane: Lane) => number): number => lanes.reduce((total, lane) => total + of(lane), 0);
  const acknowledged = sum((lane) => lane.acknowledged);
  console.log(
    `${acknowledged} answers to callers before the kills · ${sum((lane) => lane.leftBehind)} times work was left behind · ${sum((lane) => lane.killedEarly)} processes killed before they served anybody`,
  );
  return {
    check: "kill",
    size: `${times} kills, ${sum((lane) => lane.transactions)} transactions`,
    faults: `SIGKILL, and ${sum((lane) => lane.faults)} faults of the switch`,
    failures: [
      ...lanes.flatMap(({ broken }) => broken),
      ...(acknowledged > 0 ? [] : ["no caller got an answer before a kill: nothing was shown"]),
    ],
  };
}

/** Two tills, each with a file and a switch of its own: one in dual messaging, one in single. */
export async function runLanes(times: number, seed: number): Promise<readonly Lane[]> {
  const half = Math.ceil(times / 2);
  return Promise.all([
    runLane({ kills: half, seed, messaging: "dual" }),
    runLane({ kills: times - half, seed: seed + 1, messaging: "single" }),
  ]);
}

const options = {
  times: { type: "string", default: "500" },
  seed: { type: "string", default: "1" },
} as const;
