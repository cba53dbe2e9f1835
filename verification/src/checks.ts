import { verifyCrashPoints } from "./crash-points/verify.ts";
import { verifyDisk } from "./disk/verify.ts";
import { verifyFuzz } from "./fuzz/verify.ts";
import { verifyHosts } from "./hosts/verify.ts";
import { verifyIsolation } from "./simulation/isolation/verify.ts";
import { verifyKill } from "./kill/verify.ts";
import { verifyModel } from "./model/verify.ts";
import { verifyMutation } from "./mutation/verify.ts";
import { verifyPower } from "./power/verify.ts";
import type { Report } from "./report.ts";
import { verifySimulation } from "./simulation/verify.ts";

/** A check, and how much of it `pnpm verify` owes. */
export interface VerificationCheck {
  readonly verify: (args: readonly string[]) => Promise<Report>;
  /**
   * What it must do at least, in the units in which it counts. A check that did less has shown less, and fails. What follows from
   * the code, such as the number of states, is a little less than it was, so that a simpler protocol does not fail.
   */
  readonly least: Readonly<Record<string, number>>;
  /** How long it may take on two cores. All of them together take at most {@link BUDGET_MINUTES}. */
  readonly budgetMinutes: number;
  /** Its options in the long mode. What is done by exhaustion has none: it cannot do more. */
  readonly longArgs: readonly string[];
}

/** For all checks together, on two cores. */
export const BUDGET_MINUTES = 44;

/** Every check, by the name that runs it alone. */
export const checks: Readonly<Record<string, VerificationCheck>> = {
  crash: {
    verify: verifyCrashPoints,
    least: { flows: 27, points: 2_000, crashes: 8_000 },
    budgetMinutes: 2,
    longArgs: [],
  },
  disk: {
    verify: verifyDisk,
    // Not every system lets a check mount a small disk, so what is done there is not owed.
    least: { "times full": 35, "flipped bits": 900, "truncated logs": 1_200 },
    budgetMinutes: 2,
    longArgs: [],
  },
  fuzz: {
    verify: verifyFuzz,
    least: { responses: 200_000, records: 400_000, messages: 5_000, "door cases": 6_000 },
    budgetMinutes: 2,
    longArgs: ["--cases", "1000000", "--wire-cases", "25000", "--door-cases", "30000"],
  },
  hosts: {
    verify: verifyHosts,
    least: { kills: 50, crashes: 20, cuts: 500 },
    budgetMinutes: 4,
    longArgs: ["--kills", "250", "--crashes", "100", "--cuts", "2500"],
  },
  isolation: {
    verify: verifyIsolation,
    least: { seeds: 600, "healthy advices": 50_000 },
    budgetMinutes: 2,
    longArgs: ["--seeds", "3000"],
  },
  kill: {
    verify: verifyKill,
    least: { kills: 500, stalls: 60, "set clocks": 180 },
    budgetMinutes: 3,
    longArgs: ["--times", "2500"],
  },
  model: {
    verify: verifyModel,
    least: { configurations: 402, states: 48_000_000 },
    budgetMinutes: 20,
    longArgs: [],
  },
  mutation: {
    verify: verifyMutation,
    least: { mutants: 2_000 },
    budgetMinutes: 3,
    longArgs: [],
  },
  power: {
    verify: verifyPower,
    least: { cuts: 5_000, recordings: 100 },
    budgetMinutes: 3,
    longArgs: ["--cuts", "25000"],
  },
  simulation: {
    verify: verifySimulation,
    least: { seeds: 15_000, transactions: 90_000 },
    budgetMinutes: 3,
    longArgs: ["--seeds", "75000"],
  },
};

/** What a check did less of than it owes. */
export function findShortfalls(
  { least }: Pick<VerificationCheck, "least">,
  { counts, notRun }: Report,
): readonly string[] {
  if (notRun !== undefined) return [];
  return Object.entries(least).flatMap(([unit, owed]) => {
    const done = counts[unit] ?? 0;
    return done < owed ? [`too little was checked: ${done} ${unit} of at least ${owed}`] : [];
  });
}
