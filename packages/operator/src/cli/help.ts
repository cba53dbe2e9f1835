import { textLine, type ReportLine, wholeLine } from "../text/report-line.ts";
import { commonOptions, usageOf } from "./arguments.ts";
import type { CommandOption, CommandSpec } from "./command.ts";

/** The help of the program. */
export const programHelp = (commands: readonly CommandSpec[]): readonly ReportLine[] => {
  const wide = Math.max(...commands.map(({ name }) => name.length));
  return [
    textLine("vouchers COMMAND FILE [options]: what an operator does with a till's outbox", "bold"),
    textLine(""),
    ...commands.map(({ name, summary }) => wholeLine(`  ${name.padEnd(wide)}  ${summary}`)),
    textLine(""),
    textLine('FILE is the SQLite file of a till, or "pg" for the PostgreSQL outbox at DATABASE_URL.'),
    textLine("Only deliver and doctor speak to Electrum; nothing else needs a password."),
    textLine("Exit code: 0 ok, 1 not as wanted or left open, 2 usage, 3 store or network."),
    textLine(""),
    textLine("Examples:"),
    wholeLine("  vouchers status till.db"),
    wholeLine("  vouchers list till.db --attention"),
    wholeLine("  vouchers show --help"),
  ];
};

/** The help of one command. */
export const commandHelp = (command: CommandSpec): readonly ReportLine[] => [
  textLine(`${usageOf(command)}: ${command.summary}`, "bold"),
  textLine(""),
  ...command.description.map((each) => textLine(each)),
  textLine(""),
  ...optionLines({ ...command.options, ...commonOptions }),
  textLine(""),
  textLine("Examples:"),
  ...command.examples.map((example) => wholeLine(`  vouchers ${example}`)),
];

const NAME_COLUMN = 24;

const optionLines = (options: Readonly<Record<string, CommandOption>>): readonly ReportLine[] =>
  Object.entries(options).map(([name, { valueName, help }]) =>
    textLine(`  ${`--${name}${valueName === undefined ? "" : ` ${valueName}`}`.padEnd(NAME_COLUMN)} ${help}`),
  );
