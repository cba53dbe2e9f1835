import type { Random } from "../random.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

/** How far wall clocks are wrong: by hours, days and years. One in so many is right, and one has lost its battery. */
const SIZES_MS = [HOUR_MS, 5 * HOUR_MS, DAY_MS, 40 * DAY_MS, YEAR_MS, 20 * YEAR_MS];

/** How far ahead of the true time a wall clock is, in milliseconds. */
export function pickWrongClock({ below, chance }: Random): number {
  if (chance(0.2)) return 0;
  // It starts in 1970.
  if (chance(0.2)) return HOUR_MS - Date.now();
  const offsetMs = SIZES_MS[below(SIZES_MS.length)] ?? 0;
  return chance(0.5) ? offsetMs : -offsetMs;
}
