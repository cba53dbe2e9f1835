// The door to the terminal: no other file writes to it. Texts from outside are escaped where they are put into a line (`printable`). What
// was forgotten is caught here: of all control characters only those pass that `styleText` writes for colours.

import { printable } from "@electrum-vouchers/core";

/** Writes lines. */
export function writeLines(output: Pick<NodeJS.WriteStream, "write">, lines: readonly string[]): void {
  output.write(`${lines.map(withoutControls).join("\n")}\n`);
}

/** A value as one line of JSON for programs. A terminal that shows it is not moved by it. */
export const jsonLine = (value: unknown): string =>
  JSON.stringify(value).replaceAll(UNPRINTABLE_IN_JSON, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
    ).join(""),
  );

/** A line of which only the colours are left as they are. */
const withoutControls = (line: string): string =>
  line
    .split(COLOUR)
    .map((part, index) => (index % 2 === 0 ? printable(part) : part))
    .join("");

// oxlint-disable-next-line no-control-regex -- this is what a colour is
const COLOUR = /(\u001b\[\d{1,2}m)/;

/** `JSON.stringify` escapes the control characters of seven bits itself. */
const UNPRINTABLE_IN_JSON = /[\u007f-\u009f\p{Cf}\u2028\u2029]/gu;
