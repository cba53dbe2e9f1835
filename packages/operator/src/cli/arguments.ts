import { parseArgs } from "node:util";
import { printable } from "@electrum-vouchers/core";
import { ok, type Result } from "neverthrow";
import type { CommandFailure, CommandOption, CommandSpec } from "./command.ts";
import { usageFault } from "./failures.ts";
import { nearest } from "./nearest.ts";

/** What every command takes. */
export const commonOptions: Readonly<Record<string, CommandOption>> = {
  json: { help: "print JSON, for programs" },
  plain: { help: "no colours and no special characters" },
  width: { valueName: "N", help: "how many characters fit a line" },
  "no-color": { help: "no colours (so does the variable NO_COLOR)" },
  help: { help: "print this (-h)" },
  version: { help: "print the version" },
};

/** What every command on a store takes. */
export const storeOptions: Readonly<Record<string, CommandOption>> = {
  "url-file": { valueName: "FILE", help: "for pg: holds the URL; default: DATABASE_URL" },
  schema: { valueName: "NAME", help: "for pg: its schema; default: electrum_vouchers" },
};

/** What was given to a command. */
export interface GivenArguments {
  readonly positionals: ReadonlyMap<string, string>;
  readonly options: ReadonlyMap<string, string | undefined>;
}

/** Reads the arguments of a command, or names the first fault in them. */
export function readGiven(command: CommandSpec, args: readonly string[]): Result<GivenArguments, CommandFailure> {
  const known = { ...command.options, ...commonOptions };
  const options = new Map<string, string | undefined>();
  const found: string[] = [];
  const help = `vouchers ${command.name} --help`;
  for (const token of tokensOf(known, args)) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      found.push(token.value);
      continue;
    }
    const fault = faultIn(known, options, token);
    if (fault !== undefined) return usageFault(fault, help);
    options.set(token.name, token.value);
  }
  if (options.has("help")) return ok({ positionals: new Map(), options });
  const names = command.positionals.map((name) => name.replace("?", ""));
  const extra = found[names.length];
  if (extra !== undefined) return usageFault(`unexpected argument "${printable(extra)}"`, help);
  const missing = command.positionals.find((name, index) => !name.endsWith("?") && found[index] === undefined);
  if (missing !== undefined) return usageFault(`${missing} is missing: expected ${usageOf(command)}`, help);
  return ok({ positionals: new Map(found.map((value, index) => [names[index] ?? "", value])), options });
}

/** `vouchers show FILE ID`. */
export const usageOf = ({ name, positionals }: CommandSpec): string =>
  ["vouchers", name, ...positionals.map((each) => (each.endsWith("?") ? `[${each.slice(0, -1)}]` : each))].join(" ");

type OptionToken = Extract<ReturnType<typeof tokensOf>[number], { kind: "option" }>;

function tokensOf(options: Readonly<Record<string, CommandOption>>, args: readonly string[]) {
  const types = Object.entries(options).map(([name, { valueName }]) => {
    const type: "boolean" | "string" = valueName === undefined ? "boolean" : "string";
    return [name, name === "help" ? { type, short: "h" } : { type }] as const;
  });
  // Not strict, since the messages of parseArgs repeat the arguments, which may hold a password.
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(types),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  return tokens;
}

function faultIn(
  known: Readonly<Record<string, CommandOption>>,
  given: ReadonlyMap<string, unknown>,
  { name, rawName, value, inlineValue }: OptionToken,
): string | undefined {
  const option = Object.hasOwn(known, name) ? known[name] : undefined;
  const shown = printable(rawName);
  if (option === undefined) {
    const meant = nearest(name, Object.keys(known));
    return `unknown option ${shown}${meant === undefined ? "" : `: did you mean --${meant}?`}`;
  }
  if (given.has(name)) return `${shown} is given twice: expected once`;
  if (option.valueName === undefined) return value === undefined ? undefined : `${shown} takes no value`;
  const isNext = inlineValue !== true && value?.startsWith("-") === true && value !== "-";
  return value === undefined || value === "" || isNext
    ? `${shown} has no value: expected --${name} ${option.valueName}`
    : undefined;
}
