/** The result of one kind of disk fault. */
export interface DiskCheckResult {
  /** How many places were tried. */
  readonly points: number;
  /** What does not hold, each with its place. */
  readonly failures: readonly string[];
}

export const mergeDiskResults = (outcomes: readonly DiskCheckResult[]): DiskCheckResult => ({
  points: outcomes.reduce((sum, { points }) => sum + points, 0),
  failures: outcomes.flatMap(({ failures }) => failures),
});

/** Names the place of each failure. */
export const prefixFailures = (place: string, failures: readonly string[]): readonly string[] =>
  failures.map((failure) => `${place}: ${failure}`);
