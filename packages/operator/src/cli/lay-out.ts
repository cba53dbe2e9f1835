// From lines as they are meant to lines as they are shown: broken to the width, in characters that the terminal has.

import { printable } from "@electrum-vouchers/core";
import type { ReportLine } from "../text/report-line.ts";

/** Characters that an old terminal or a log may not show. The mark of a cut is as wide as the one that it replaces, so that columns stand. */
const PLAIN: readonly (readonly [RegExp, string])[] = [
  [/→/g, "->"],
  [/·/g, "-"],
  [/…/g, "~"],
  [/€/g, "EUR"],
];

const plainText = (text: string): string =>
  PLAIN.reduce((plain, [pattern, replacement]) => plain.replaceAll(pattern, replacement), text);

/** What follows a broken line stands a little further in than its beginning. */
const HANGING = 2;

/** The lines as they are shown. Control characters cannot have survived: what was forgotten is escaped here. */
export const layOut = (
  lines: readonly ReportLine[],
  { width, isPlain }: { readonly width: number; readonly isPlain: boolean },
): readonly ReportLine[] =>
  lines.flatMap((line) => {
    const text = printable(isPlain ? plainText(line.text) : line.text);
    return line.isWhole === true
      ? [{ ...line, text }]
      : breakText(text, width).map((part) => ({ ...line, text: part }));
  });

function breakText(text: string, width: number): readonly string[] {
  const indent = " ".repeat(Math.min((/^ */.exec(text)?.[0].length ?? 0) + HANGING, Math.floor(width / 2)));
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const gap = rest.lastIndexOf(" ", width);
    const isWord = gap > (lines.length === 0 ? (/^ */.exec(text)?.[0].length ?? 0) : indent.length);
    lines.push(rest.slice(0, isWord ? gap : width).trimEnd());
    rest = indent + rest.slice(isWord ? gap + 1 : width);
  }
  return [...lines, rest];
}
