/** A line of the table with which `pnpm verify` ends. */
export interface Report {
  readonly check: string;
  /** How much was looked at. */
  readonly size: string;
  /** What was made to go wrong. */
  readonly faults: string;
  /** What does not hold, each with what it takes to see it again; none where all holds. */
  readonly failures: readonly string[];
}
