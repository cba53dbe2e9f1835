import type { Options } from "./arguments.ts";

/** Renders the help of a command: what it does, its options, and notes. */
export function helpOf(intro: string, options: Options, notes: string): string {
  const rows = Object.entries(options).map(([name, { valueName, help }]) => ({
    left: `  --${name}${valueName === undefined ? "" : ` ${valueName}`}`,
    help: help.split("\n"),
  }));
  const width = Math.max(...rows.map(({ left }) => left.length)) + 2;
  const lines = rows.flatMap(({ left, help: [first = "", ...more] }) => [
    left.padEnd(width) + first,
    ...more.map((line) => " ".repeat(width) + line),
  ]);
  return `${intro}\n\n${lines.join("\n")}\n\n${notes}\n`;
}
