/** More differences are another word, and no slip of the finger. */
const MAX_DIFFERENCES = 2;

/** The word that was probably meant; nothing if none is close. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((each) => ({ each, differences: differencesBetween(word, each) }))
    .filter(({ differences }) => differences <= MAX_DIFFERENCES)
    .toSorted((a, b) => a.differences - b.differences);
  return best?.each;
}

/** How many characters must be added, removed or changed (Levenshtein's distance). */
function differencesBetween(first: string, second: string): number {
  let row = Array.from({ length: second.length + 1 }, (_, index) => index);
  for (const [index, character] of first.split("").entries()) {
    const next = [index + 1];
    for (let column = 1; column <= second.length; column += 1) {
      const changed = (row[column - 1] ?? 0) + (second[column - 1] === character ? 0 : 1);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[second.length] ?? 0;
}
