/**
 * A text that a caller sent, as it may be printed: control characters and marks of direction are written as their numbers. It is the same
 * as the core's; the simulator takes nothing but types from there.
 */
export const toPrintable = (text: string): string =>
  text.toWellFormed().replaceAll(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
