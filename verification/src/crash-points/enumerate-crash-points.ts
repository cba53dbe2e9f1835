import { join } from "node:path";
import { withTemporaryFolder } from "../disk/temporary-folder.ts";
import { closeOrThrow, openOrThrow } from "../disk/outbox.ts";
import type { Flow } from "./flow.ts";
import { type RecoveryMode, EMPTY_DATABASE, runWithCrash, type OutboxDefectInjector } from "./run-with-crash.ts";

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
}

/** Enough to show what they have in common. */
const MAX_FAILURES = 5;

/** Runs the flow once without a crash, then once for each point at which the till can die, until there is no further point. */
export const enumerateCrashPoints = (
  flow: Flow,
  { recoveryModes, isSelected = () => true, injectDefect }: CrashPointOptions,
): Promise<CrashPointReport> =>
  withTemporaryFolder(async (folder) => {
    await closeOrThrow(openOrThrow(join(folder, EMPTY_DATABASE)));
    const failures: string[] = [];
    const baseline = await runWithCrash(flow, folder, { crashPoint: 0, recoveryMode: "abandon", injectDefect });
    if (baseline.finalStates.join() !== flow.finalStates.join())
      failures.push(`unbroken: it ends ${baseline.finalStates.join(", ")}`);
    failures.push(...baseline.violations.map((violation) => `unbroken: ${violation}`));
    let [points, runs] = [0, 0];
    for (let isReached = true; isReached && failures.length < MAX_FAILURES; points += isReached ? 1 : 0) {
      const point = points + 1;
      const isBeyond = point > baseline.points;
      for (const recoveryMode of recoveryModes.filter((each) => isBeyond || isSelected(point, each))) {
        const { crashedAt, violations } = await runWithCrash(flow, folder, {
          crashPoint: point,
          recoveryMode,
          injectDefect,
        });
        isReached = crashedAt !== undefined;
        if (!isReached) break;
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
