// The options of the checks. An option that cannot be carried out is refused: a check that checks nothing must not seem to pass.

/** The sum of two of them still fits into the 32 bits in which a thread shares its progress. */
const MAX_NUMBER = 1_000_000_000;

/** The whole number that an option was given. */
export function parseWholeNumber(option: string, text: string, min = 0): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= MAX_NUMBER) return number;
  throw new RangeError(`${option} takes a whole number from ${min} to ${MAX_NUMBER}, not "${text}"`);
}

/** The names that contain the text of an option: at least one. */
export function selectNames(option: string, text: string, names: readonly string[]): readonly string[] {
  const found = names.filter((name) => name.includes(text));
  if (found.length > 0) return found;
  throw new RangeError(`${option} chooses nothing: no name has "${text}" in it`);
}
