import { ok, type Result } from "neverthrow";
import type { CommandContext, CommandFailure } from "./command.ts";
import { usageFault } from "./failures.ts";

type Given = Pick<CommandContext, "text">;

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** A duration in milliseconds; `undefined` if it was not given. */
export function durationOption(given: Given, name: string): Result<number | undefined, CommandFailure> {
  const text = given.text(name);
  if (text === undefined) return ok(undefined);
  const [, count = "", unit = ""] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
  const unitMs = UNITS_MS.get(unit);
  return unitMs === undefined
    ? usageFault(`--${name} ${text}: expected a number and a unit, such as 30s, 10m, 12h or 2d`)
    : ok(Number(count) * unitMs);
}

/** A whole number; `undefined` if it was not given. */
export function countOption(given: Given, name: string, max: number): Result<number | undefined, CommandFailure> {
  const text = given.text(name);
  if (text === undefined) return ok(undefined);
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= max
    ? ok(value)
    : usageFault(`--${name} ${text}: expected a whole number from 1 to ${max}`);
}

/** One of some words; `undefined` if it was not given. */
export function wordOption<Word extends string>(
  given: Given,
  name: string,
  words: readonly Word[],
): Result<Word | undefined, CommandFailure> {
  const text = given.text(name);
  if (text === undefined) return ok(undefined);
  const word = words.find((each) => each === text);
  return word === undefined ? usageFault(`--${name} ${text}: expected ${words.join(" or ")}`) : ok(word);
}
