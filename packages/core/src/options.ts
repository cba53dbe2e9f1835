// The options of a factory. Unlike a message they hold functions and ports, so they are not copied deeply: each factory reads each of
// its options once, and checks all of them before it uses any. A wrong option is a mistake of whoever wires the program, so all
// mistakes are named at once. A fault never repeats the option's value: a URL may hold a password.

import type { MessageFault } from "./fault.ts";

/** What is wrong with the value of an option; nothing if it may be used. */
export type OptionCheck = (value: unknown) => readonly MessageFault[];

/** The checks of a factory's options, by name. */
export type OptionChecks<Options> = { readonly [Name in keyof Required<Options>]: OptionCheck };

/** Every fault of the options: of each that is wrong, and of each whose name the factory does not know. */
export function findOptionFaults<Options extends object>(
  options: Options,
  checks: OptionChecks<Options>,
): readonly MessageFault[] {
  return objectOf(checks)(options);
}

/** An object of these options alone. */
export const objectOf =
  (checks: Readonly<Record<string, OptionCheck>>): OptionCheck =>
  (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return wrong("must be an object of options");
    const unknownNames = Object.keys(value).filter((name) => !Object.hasOwn(checks, name));
    return [
      ...Object.entries(checks).flatMap(([name, check]) => check(Reflect.get(value, name)).map(below(name))),
      ...unknownNames.map((name) => ({ path: name, expected: "is not a known option" })),
    ];
  };

/** The option may be left out. */
export const ifGiven =
  (check: OptionCheck): OptionCheck =>
  (value) =>
    value === undefined ? [] : check(value);

export const functionOption: OptionCheck = (value) => (typeof value === "function" ? [] : wrong("must be a function"));

export const flagOption: OptionCheck = (value) => (typeof value === "boolean" ? [] : wrong("must be true or false"));

export const wholeNumberFrom =
  (min: number, max: number): OptionCheck =>
  (value) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max
      ? []
      : wrong(`must be a whole number from ${min} to ${max}`);

export const numberFrom =
  (min: number, max: number): OptionCheck =>
  (value) =>
    typeof value === "number" && value >= min && value <= max ? [] : wrong(`must be a number from ${min} to ${max}`);

/** Text that is not blank. */
export const textOption: OptionCheck = (value) =>
  typeof value === "string" && value.trim() !== "" && !value.includes("\0") ? [] : wrong("must be text, and not blank");

export const oneOfOptions =
  (...values: readonly string[]): OptionCheck =>
  (value) =>
    values.some((each) => each === value) ? [] : wrong(`must be ${values.map((each) => `"${each}"`).join(" or ")}`);

export const listOption =
  (check: OptionCheck): OptionCheck =>
  (value) =>
    Array.isArray(value)
      ? value.flatMap((item: unknown, index) => check(item).map(below(String(index))))
      : wrong("must be a list");

/** A port: an object with these methods, whatever else it has. */
export const portOption =
  (...methods: readonly string[]): OptionCheck =>
  (value) => {
    if (typeof value !== "object" || value === null) return wrong(`must be an object with ${methods.join(", ")}`);
    return methods
      .filter((method) => typeof Reflect.get(value, method) !== "function")
      .map((method) => ({ path: method, expected: "must be a function" }));
  };

/** What a factory without a Result rejects or throws: all faults in its message, and as `faults`. */
export const toOptionsError = (
  factory: string,
  faults: readonly MessageFault[],
): TypeError & { readonly faults: readonly MessageFault[] } =>
  Object.assign(
    new TypeError(`${factory}: ${faults.map(({ path, expected }) => `${path} ${expected}`.trim()).join("; ")}`),
    { faults },
  );

const wrong = (expected: string): readonly MessageFault[] => [{ path: "", expected }];

const below =
  (name: string) =>
  ({ path, expected }: MessageFault): MessageFault => ({ path: path === "" ? name : `${name}.${path}`, expected });
