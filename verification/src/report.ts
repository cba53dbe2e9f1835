/** A line of the table with which `pnpm verify` ends. */
export interface Report {
  readonly check: string;
  /** How much was checked, in the units in which the check states its least size. */
  readonly counts: Readonly<Record<string, number>>;
  /** How much was checked, in words. */
  readonly size: string;
  /** Which faults were injected. */
  readonly faults: string;
  /** What does not hold, each with the command that shows it again. Empty if everything holds. */
  readonly failures: readonly string[];
  /** Why this machine cannot run the check. */
  readonly notRun?: string;
}
