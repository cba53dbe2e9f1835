import { createRequire } from "node:module";
import { printable } from "@electrum-vouchers/core";
import { textLine, wholeLine, type ReportLine } from "../text/report-line.ts";
import { type GivenArguments, readGiven } from "./arguments.ts";
import type { CommandContext, CommandExit, CommandFailure, CommandSpec, OperatorTerminal } from "./command.ts";
import { commands } from "./commands.ts";
import { commandHelp, programHelp } from "./help.ts";
import { nearest } from "./nearest.ts";
import { createProcessTerminal, type TerminalOptions } from "./terminal.ts";

const USAGE = 2;

/** As monitoring programs read it: it is not known how the outbox is. */
const UNKNOWN: CommandExit = 3;

/** Runs a command line, prints what came of it, and gives the exit code. It never throws. */
export async function runProgram(args: readonly string[]): Promise<CommandExit> {
  const [first = "--help", ...rest] = args;
  const command = commands.find(({ name }) => name === first);
  if (command === undefined) return withoutCommand(first, rest);
  const given = readGiven(command, rest);
  const options = terminalOptions(given.isOk() ? given.value : undefined, rest);
  const terminal = createProcessTerminal(options);
  if (given.isErr()) return fail(command.name, options, given.error, rest.includes("--monitor"));
  if (given.value.options.has("help")) return printed(terminal, commandHelp(command));
  if (given.value.options.has("version")) return printed(terminal, [wholeLine(versionText())]);
  return execute(command, given.value, terminal, options);
}

async function execute(
  command: CommandSpec,
  given: GivenArguments,
  terminal: OperatorTerminal,
  options: TerminalOptions,
): Promise<CommandExit> {
  const isMonitor = given.options.has("monitor");
  try {
    const run = await command.load();
    const reported = await run(toContext(command, given, terminal));
    if (reported.isErr()) return fail(command.name, options, reported.error, isMonitor);
    const { lines, json, exitCode } = reported.value;
    if (!terminal.printsJson) terminal.write(lines);
    else if (json !== undefined) terminal.writeJson(json);
    return exitCode;
  } catch (error) {
    // A mistake of this program. An operator cannot use its stack.
    const message = `this is a fault of vouchers itself: ${error instanceof Error ? error.message : "unknown"}`;
    return fail(command.name, options, { exitCode: 3, message }, isMonitor);
  }
}

const toContext = (
  { name }: CommandSpec,
  { positionals, options }: GivenArguments,
  terminal: OperatorTerminal,
): CommandContext => ({
  command: name,
  positional: (positional) => positionals.get(positional),
  text: (option) => options.get(option),
  has: (option) => options.has(option),
  environment: process.env,
  terminal,
  now: () => Date.now(),
});

function withoutCommand(first: string, rest: readonly string[]): CommandExit {
  const options = terminalOptions(undefined, [first, ...rest]);
  const terminal = createProcessTerminal(options);
  const asked = commands.find(({ name }) => first === "help" && name === rest[0]);
  if (asked !== undefined) return printed(terminal, commandHelp(asked));
  if (["help", "--help", "-h"].includes(first)) return printed(terminal, programHelp(commands));
  if (first === "--version") return printed(terminal, [wholeLine(versionText())]);
  const names = commands.map(({ name }) => name);
  const meant = nearest(first, names);
  const message = `unknown command "${printable(first)}": ${meant === undefined ? `expected ${names.join(", ")}` : `did you mean ${meant}?`}`;
  return fail("", options, { exitCode: USAGE, message, next: ["vouchers --help"] }, false);
}

function printed(terminal: OperatorTerminal, lines: readonly ReportLine[]): CommandExit {
  terminal.write(lines);
  return 0;
}

/** What is wrong goes to standard error, so that it is in no pipe. A monitoring program reads standard output alone. */
function fail(
  command: string,
  options: TerminalOptions,
  { exitCode, message, next = [] }: CommandFailure,
  isMonitor: boolean,
): CommandExit {
  const stdout = isMonitor ? process.stdout : process.stderr;
  const terminal = createProcessTerminal(options, { stdin: process.stdin, stdout });
  const shown = printable(message);
  if (options.printsJson) terminal.writeJson({ error: shown, exitCode, next });
  else
    terminal.write([
      isMonitor
        ? wholeLine(`UNKNOWN - ${shown}`)
        : textLine(`vouchers${command === "" ? "" : ` ${command}`}: ${shown}`, "bad"),
      ...(isMonitor ? [] : next.map((each) => wholeLine(`  ${each}`))),
    ]);
  return isMonitor ? UNKNOWN : exitCode;
}

const MAX_WIDTH = 1_000;

/** Also read from arguments that are wrong otherwise: the message about them must be shown as it was asked for. */
function terminalOptions(given: GivenArguments | undefined, args: readonly string[]): TerminalOptions {
  const has = (name: string): boolean => given?.options.has(name) ?? args.includes(`--${name}`);
  const width = Number(given?.options.get("width"));
  return {
    printsJson: has("json"),
    isPlain: has("plain"),
    hasColour: !has("no-color") && !has("plain"),
    ...(Number.isInteger(width) && width > 0 ? { width: Math.min(width, MAX_WIDTH) } : {}),
  };
}

/** The version of this package. */
function versionText(): string {
  const manifest: unknown = createRequire(import.meta.url)("../../package.json");
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? `vouchers ${String(manifest.version)}`
    : "vouchers";
}
