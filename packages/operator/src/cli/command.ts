import type { Instant } from "@electrum-vouchers/core";
import type { Result } from "neverthrow";
import type { NamedStore } from "../store/location.ts";
import type { ReportLine } from "../text/report-line.ts";

/**
 * How the program ends: 0 all is well · 1 not as wanted, or left open · 2 usage · 3 store or network. With `--monitor` they are those of
 * monitoring programs: 0 ok · 1 warning · 2 critical · 3 unknown.
 */
export type CommandExit = 0 | 1 | 2 | 3 | 130 | 143;

/** An option of a command. */
export interface CommandOption {
  /** The name of its value in the help. An option without one is a flag. */
  readonly valueName?: string;
  readonly help: string;
}

/** A command as data: what the help shows, what may be given, and what runs it. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  /** In order. The last ones may be left out if they end in `?`. */
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, CommandOption>>;
  /** What it does, and what it does to messages and money. */
  readonly description: readonly string[];
  /** Command lines, whole, without the program's name. A test runs each. */
  readonly examples: readonly string[];
  load(): Promise<CommandRun>;
}

export type CommandRun = (context: CommandContext) => Promise<Result<CommandReport, CommandFailure>>;

/** What came of a command. With `--json` only `json` is printed; `undefined` if the command has printed it all already. */
export interface CommandReport {
  readonly exitCode: CommandExit;
  readonly lines: readonly ReportLine[];
  readonly json: unknown;
}

/** Why a command could not do its work: one line, and what to do next, as it can be pasted. */
export interface CommandFailure {
  readonly exitCode: 1 | 2 | 3;
  readonly message: string;
  readonly next?: readonly string[];
}

export interface CommandContext {
  readonly command: string;
  /** A positional argument, or `undefined` if it was left out. */
  positional(name: string): string | undefined;
  text(name: string): string | undefined;
  has(name: string): boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly terminal: OperatorTerminal;
  now(): Instant;
}

/** Where a command prints, and asks. */
export interface OperatorTerminal {
  /** A person sits before it, and can be asked. */
  readonly isInteractive: boolean;
  /** In characters. */
  readonly width: number;
  readonly printsJson: boolean;
  write(lines: readonly ReportLine[]): void;
  /** One value as a line of JSON. */
  writeJson(value: unknown): void;
  /** Asks a question. The end of input is a no. */
  ask(question: string): Promise<boolean>;
  /** Shows lines in place of what `redraw` showed before. */
  redraw(lines: readonly ReportLine[]): void;
  /** Whether nothing reads any more what is written. */
  isClosed(): boolean;
}

/** A command for the same store, whole. */
export const nextCommand = (store: NamedStore, verb: string, ...rest: readonly string[]): string =>
  ["vouchers", verb, store.argument, ...rest].join(" ");
