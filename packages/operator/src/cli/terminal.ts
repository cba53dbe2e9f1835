// The door to the terminal: nothing else of this package writes to it. If what reads the output goes away, the work goes on and nothing is
// printed any more: printing decides nothing about money.

import { once } from "node:events";
import { createInterface } from "node:readline";
import { styleText } from "node:util";
import type { ReportLine, Tone } from "../text/report-line.ts";
import type { OperatorTerminal } from "./command.ts";
import { layOut } from "./lay-out.ts";

export interface TerminalOptions {
  readonly printsJson: boolean;
  readonly isPlain: boolean;
  readonly hasColour: boolean;
  /** In characters; absent: what the terminal says. */
  readonly width?: number;
}

interface TerminalStreams {
  readonly stdin: NodeJS.ReadStream;
  /** Standard output, or standard error for what is wrong. */
  readonly stdout: NodeJS.WriteStream;
}

/** What always fits. */
const DEFAULT_WIDTH = 80;

const STYLES: Readonly<Record<Tone, Parameters<typeof styleText>[0]>> = {
  good: "green",
  warning: "yellow",
  bad: "red",
  dim: "dim",
  bold: "bold",
};

/** The terminal of this process. */
export function createProcessTerminal(
  { printsJson, isPlain, hasColour, width }: TerminalOptions,
  { stdin, stdout }: TerminalStreams = process,
): OperatorTerminal {
  const shown = width ?? (stdout.isTTY ? stdout.columns : DEFAULT_WIDTH);
  const isDumb = isPlain || process.env["TERM"] === "dumb";
  const columns = Math.max(shown, MIN_WIDTH);
  let isClosed = false;
  let drawn = 0;
  stdout.on("error", () => {
    isClosed = true;
  });

  const toText = (lines: readonly ReportLine[]): string =>
    layOut(lines, { width: columns, isPlain: isDumb })
      .map(({ text, tone }) =>
        tone !== undefined && hasColour && !isDumb ? styleText(STYLES[tone], text, { stream: stdout }) : text,
      )
      .map((text) => `${text}\n`)
      .join("");

  const put = (text: string): void => {
    if (!isClosed) stdout.write(text);
  };

  return {
    isInteractive: stdin.isTTY && stdout.isTTY && !printsJson,
    width: columns,
    printsJson,
    write: (lines) => {
      if (lines.length > 0) put(toText(lines));
    },
    writeJson: (value) => put(`${escapeInJson(JSON.stringify(value))}\n`),
    ask: (question) => askOn(question, { stdin, stdout }),
    redraw: (lines) => {
      const text = toText(lines);
      const up = drawn > 0 && stdout.isTTY ? `\u001b[${drawn}A\u001b[J` : "";
      drawn = text.split("\n").length - 1;
      put(up + text);
    },
    isClosed: () => isClosed,
  };
}

/** Narrower than that nothing can be read. */
const MIN_WIDTH = 40;

async function askOn(question: string, { stdin, stdout }: TerminalStreams): Promise<boolean> {
  const lines = createInterface({ input: stdin });
  stdout.write(`${question} [y/N] `);
  const answer: unknown = await Promise.race([
    once(lines, "line").then(([line]: unknown[]) => line),
    once(lines, "close").then(() => ""),
  ]);
  lines.close();
  return /^y(es)?$/i.test(String(answer).trim());
}

/** A terminal that shows JSON is not moved by it. */
const escapeInJson = (json: string): string =>
  json.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
