/** A line of the table with which `pnpm verify` ends. */
export interface Report {
  readonly check: string;
  /** How much was checked. */
  readonly size: string;
  /** Which faults were injected. */
  readonly faults: string;
  /** What does not hold, each with the command that shows it again. Empty if everything holds. */
  readonly failures: readonly string[];
}
