import { parseArgs } from "node:util";
import { err, ok, type Result } from "neverthrow";
import { type BadInput, badInput } from "./bad-input.ts";

/** An option of a command. */
export interface Option {
  /** The name of its value in the help. An option without one is a flag. */
  readonly valueName?: string;
  /** A line of help, or several. */
  readonly help: string;
}

export type Options<Name extends string = string> = Readonly<Record<Name, Option>>;

/** The options that were given. */
export interface GivenOptions<Name extends string> {
  /** The value of an option, or `undefined` if it was not given. */
  readonly text: (name: Name) => string | undefined;
  readonly has: (name: Name) => boolean;
  /** The names of all given options, in order. */
  readonly names: () => readonly string[];
}

/** Reads the options in `args`, or names the first fault in them. */
export function readArguments<Name extends string>(
  command: string,
  options: Options<Name>,
  args: readonly string[],
): Result<GivenOptions<Name>, BadInput> {
  const given = new Map<string, string | undefined>();
  for (const token of tokensOf(options, args)) {
    const fault =
      token.kind === "option" ? checkOption(command, options, given, token) : describeUnexpected(command, token);
    if (fault !== undefined) return badInput(fault);
    if (token.kind === "option") given.set(token.name, token.value);
  }
  return ok({ text: (name) => given.get(name), has: (name) => given.has(name), names: () => [...given.keys()] });
}

type Token = ReturnType<typeof tokensOf>[number];
type OptionToken = Extract<Token, { kind: "option" }>;

function tokensOf(options: Options, args: readonly string[]) {
  const types = Object.entries(options).map(([name, { valueName }]) => {
    const type: "boolean" | "string" = valueName === undefined ? "boolean" : "string";
    return [name, { type }] as const;
  });
  // Not strict, since the error messages of parseArgs repeat the arguments, which may hold a password.
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(types),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  return tokens;
}

function checkOption(
  command: string,
  options: Options,
  given: ReadonlyMap<string, unknown>,
  { name, rawName, value, inlineValue }: OptionToken,
): string | undefined {
  const help = `see demo ${command} --help`;
  // Checked first, so that its value is neither used nor repeated.
  if (name === "password") {
    return "--password is not allowed: every user of this machine can see arguments; set ELECTRUM_PASSWORD or give --password-file FILE";
  }
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) return `unknown option ${rawName}: ${help}`;
  if (given.has(name)) return `${rawName} is given twice: expected once`;
  if (option.valueName === undefined && value !== undefined) return `${rawName} takes no value: ${help}`;
  if (option.valueName !== undefined && (value === undefined || value === "" || isNextOption(value, inlineValue))) {
    return `${rawName} has no value: expected ${rawName} ${option.valueName}`;
  }
  return undefined;
}

/** In `--db --confirm`, the second argument is the next option, not a value. A lone `-` is a value: standard input. */
const isNextOption = (value: string, isInline: boolean | undefined): boolean =>
  isInline !== true && value.startsWith("-") && value !== "-";

const describeUnexpected = (command: string, token: Token): string =>
  token.kind === "positional"
    ? `unexpected argument "${token.value}": demo ${command} takes options only, see demo ${command} --help`
    : `unexpected argument --: demo ${command} takes options only, see demo ${command} --help`;

/** The number of an option, checked; `undefined` if it was not given. */
export function readWholeNumber<Name extends string>(
  given: GivenOptions<Name>,
  name: Name,
  { min, max }: { readonly min: number; readonly max: number },
): Result<number | undefined, BadInput> {
  const text = given.text(name);
  if (text === undefined) return ok(undefined);
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max
    ? ok(value)
    : badInput(`--${name} ${text}: expected a whole number from ${min} to ${max}`);
}

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** The duration of an option in milliseconds, checked; `undefined` if it was not given. */
export function readDuration<Name extends string>(
  given: GivenOptions<Name>,
  name: Name,
): Result<number | undefined, BadInput> {
  const text = given.text(name);
  if (text === undefined) return ok(undefined);
  const [, count = "", unit = ""] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
  const unitMs = UNIT_MS.get(unit);
  return unitMs === undefined
    ? badInput(`--${name} ${text}: expected a number and a unit, such as 30s, 30m, 12h or 2d`)
    : ok(Number(count) * unitMs);
}

/** The choice of an option, checked; `undefined` if it was not given. */
export function readOneOf<Name extends string, Choice extends string>(
  given: GivenOptions<Name>,
  name: Name,
  choices: readonly Choice[],
): Result<Choice | undefined, BadInput> {
  const text = given.text(name);
  if (text === undefined) return ok(undefined);
  const choice = choices.find((each) => each === text);
  return choice === undefined ? badInput(`--${name} ${text}: expected ${choices.join(" or ")}`) : ok(choice);
}

/** The value of a required option. */
export function readRequired<Name extends string>(
  given: GivenOptions<Name>,
  name: Name,
  description: string,
): Result<string, BadInput> {
  const text = given.text(name);
  return text === undefined ? err({ lines: [`--${name} is missing: expected ${description}`] }) : ok(text);
}
