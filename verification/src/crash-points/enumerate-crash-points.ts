import { join } from "node:path";
import { withTemporaryFolder } from "../disk/temporary-folder.ts";
import { closeOrThrow, openOrThrow } from "../disk/outbox.ts";
import type { Flow } from "./flow.ts";
import type { ProcessDefect } from "./survivor.ts";
import {
  type CrashRun,
  type RecoveryMode,
  EMPTY_DATABASE,
  runWithCrash,
  type OutboxDefectInjector,
} from "./run-with-crash.ts";

/** The result of crashing a flow at every point. */
export interface CrashPointReport {
  readonly flow: string;
  /** At how many points a process can die. */
  readonly points: number;
  /** How many crashes there were: one for each point and recovery mode. */
  readonly runs: number;
  readonly failures: readonly string[];
}

export interface CrashPointOptions {
  readonly recoveryModes: readonly RecoveryMode[];
  /** Whether to try this point with this recovery mode. Default: every point with every mode. */
  readonly isSelected?: (point: number, recoveryMode: RecoveryMode) => boolean;
  /** Gives the outbox a defect, to show that it is detected. */
  readonly injectDefect?: OutboxDefectInjector;
  /** Gives what is between two processes on a file a defect, to show that it is detected. */
  readonly processDefect?: ProcessDefect;
}

/** Enough to show what they have in common. */
const MAX_FAILURES = 5;

const describeUnbroken = (flow: Flow, name: string, { finalStates, violations }: CrashRun): readonly string[] => [
  ...(finalStates.join() === flow.finalStates.join() ? [] : [`${name}: it ends ${finalStates.join(", ")}`]),
  ...violations.map((violation) => `${name}: ${violation}`),
];

/** Runs the flow once without a crash, then once for each point at which the till can die, until there is no further point. */
export const enumerateCrashPoints = (
  flow: Flow,
  { recoveryModes, isSelected = () => true, injectDefect, processDefect }: CrashPointOptions,
): Promise<CrashPointReport> =>
  withTemporaryFolder(async (folder) => {
    await closeOrThrow(openOrThrow(join(folder, EMPTY_DATABASE)));
    const failures: string[] = [];
    const baseline = await runWithCrash(flow, folder, { crashPoint: 0, recoveryMode: "abandon", injectDefect });
    failures.push(...describeUnbroken(flow, "unbroken", baseline));
    if (recoveryModes.includes("survive")) {
      const beside = await runWithCrash(flow, folder, {
        crashPoint: 0,
        recoveryMode: "survive",
        injectDefect,
        processDefect,
      });
      failures.push(...describeUnbroken(flow, "unbroken, beside another till", beside));
    }
    let [points, runs] = [0, 0];
    for (let isReached = true; isReached && failures.length < MAX_FAILURES; points += isReached ? 1 : 0) {
      const point = points + 1;
      const isBeyond = point > baseline.points;
      // Beside another till, the first one may have fewer points: it leaves it some work.
      isReached = !isBeyond;
      for (const recoveryMode of recoveryModes.filter((each) => isBeyond || isSelected(point, each))) {
        const { crashedAt, violations } = await runWithCrash(flow, folder, {
          crashPoint: point,
          recoveryMode,
          injectDefect,
          processDefect,
        });
        if (crashedAt === undefined) continue;
        isReached = true;
        runs += 1;
        failures.push(
          ...violations.map(
            (violation) => `killed at point ${point}, ${crashedAt}, then ${recoveryMode}: ${violation}`,
          ),
        );
      }
    }
    return { flow: flow.name, points, runs, failures };
  });
