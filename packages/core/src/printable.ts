/**
 * A text from outside, such as an error message of Electrum's, as it may be printed on a terminal or put into a line of a log. Control
 * characters could move the cursor, hide text or start a new line; marks of direction could show a text in another order than it has. Each
 * is written as its number.
 *
 * @example
 * printable("declined\u001b[2J") // "declined\\u{1b}[2J"
 */
export const printable = (text: string): string =>
  text.toWellFormed().replaceAll(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/** Control characters, marks of direction and of no width, and the two line separators beside the usual ones. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
