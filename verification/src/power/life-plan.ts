import type { Policy } from "@electrum-vouchers/core";
import { createRandom, type Random } from "../random.ts";

/** What one process does, decided by seed before it begins. */
export interface LifePlan {
  /** Its number among the processes of the folder, from 1. */
  readonly number: number;
  /** How many tills it has, each on an outbox of its own on the same file. */
  readonly tills: 1 | 2;
  /** How many new customers come to each of them. */
  readonly customers: number;
  /** How likely each thing is that can go wrong with a message. */
  readonly faultRate: number;
  /** Which sync of the process fails, counted from 1. */
  readonly failingSync?: number;
  /** Whether the power was lost before it, so that the folder is what was left of it. */
  readonly isAfterPowerLoss: boolean;
  /** How often the power was lost until then. */
  readonly boot: number;
  /** After so many marks the process is killed; absent if it closes the outbox and ends by itself. */
  readonly marksBeforeDeath?: number;
  /** Whether it is killed as soon as a commit fails. */
  readonly diesOfFailure: boolean;
}

/** The lives of one recording: processes one after the other on one folder, which was empty at first. */
export interface RecordingPlan {
  readonly seed: number;
  readonly messaging: Policy["messaging"];
  /** Whether the file system knows links. */
  readonly hasLinks: boolean;
  readonly lives: readonly LifePlan[];
}

/** More than any outbox here holds. */
export const MAX_RECORDS = 1_000;

/** Each process has so many streams of random numbers. */
export const LIFE_STREAMS = 1_000;

const MAX_LIVES = 3;

/** The number of the process that goes on after a loss of power. */
export const RECOVERY: number = MAX_LIVES + 1;

/** The power was never lost as often before. */
export const BOOT_OF_RECOVERY: number = MAX_LIVES + 1;

const MIN_CUSTOMERS = 2;
const MAX_CUSTOMERS = 6;

/** The first are those of creation; later ones are those of commits and checkpoints. */
const MAX_FAILING_SYNC = 45;

/** From the first sale to nearly the last. */
const MAX_MARKS_BEFORE_DEATH = 150;

export function planRecording(seed: number): RecordingPlan {
  const random = createRandom(seed, 0);
  const lives = 1 + random.below(MAX_LIVES);
  return {
    seed,
    messaging: random.chance(0.75) ? "dual" : "single",
    hasLinks: random.chance(0.8),
    lives: Array.from({ length: lives }, (_, index) => planLife(index + 1, random)).map((life, index, all) => ({
      ...life,
      boot: all.slice(0, index + 1).filter(({ isAfterPowerLoss }) => isAfterPowerLoss).length,
    })),
  };
}

function planLife(number: number, { below, chance }: Random): Omit<LifePlan, "boot"> {
  const [customers, isKilled, isFailing] = [below(MAX_CUSTOMERS - MIN_CUSTOMERS), chance(0.5), chance(0.5)];
  const [marksBeforeDeath, failingSync] = [1 + below(MAX_MARKS_BEFORE_DEATH), 1 + below(MAX_FAILING_SYNC)];
  return {
    number,
    isAfterPowerLoss: number > 1 && chance(0.4),
    tills: chance(0.3) ? 2 : 1,
    customers: MIN_CUSTOMERS + customers,
    faultRate: chance(0.5) ? 0 : 0.1,
    ...(isFailing ? { failingSync } : {}),
    ...(isKilled ? { marksBeforeDeath } : {}),
    diesOfFailure: chance(0.5),
  };
}
