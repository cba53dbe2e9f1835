import type { Instant } from "@electrum-vouchers/core";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ["d", DAY_MS],
  ["h", HOUR_MS],
  ["m", MINUTE_MS],
  ["s", SECOND_MS],
];

/** A duration in its largest two units: `2 h 14 m`, `41 s`. Below a second, and below nothing, it is `0 s`. */
export function durationText(ms: number, parts = 2): string {
  const first = UNITS.findIndex(([, unitMs]) => ms >= unitMs);
  if (first === -1) return "0 s";
  let rest = ms;
  const texts = UNITS.slice(first, first + parts).map(([name, unitMs]) => {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    return { count, text: `${count} ${name}` };
  });
  return texts
    .filter(({ count }) => count > 0)
    .map(({ text }) => text)
    .join(" ");
}

/** A time of any size as text. One that no calendar has is shown as its number. */
const isoOf = (at: Instant): string | undefined => {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
};

/** `2026-11-30 11:00:11Z`. */
export const dateTimeText = (at: Instant): string =>
  isoOf(at)
    ?.replace("T", " ")
    .replace(/\.\d+Z$/, "Z") ?? String(at);

/** `11:00:11.857`. */
export const timeOfDayText = (at: Instant): string => isoOf(at)?.slice("2026-11-30T".length, -1) ?? String(at);

/** `2026-11-30`. */
export const dayText = (at: Instant): string => isoOf(at)?.slice(0, "2026-11-30".length) ?? "";
