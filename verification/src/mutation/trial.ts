/** What a test process is told to do. */
export interface Trial {
  /** The files with the tests, as absolute paths. */
  readonly tests: readonly string[];
  /** The mutants to try, by their ids. */
  readonly mutants: readonly string[];
  /** Whether the one mutant is on before anything is loaded, or each in its turn once all is. */
  readonly isActiveOnLoad: boolean;
  /** How long each test takes without a mutant, in milliseconds, by its name: the quick ones go first. */
  readonly durations: Readonly<Record<string, number>>;
}

/** What a trial brought to light. */
export interface TrialResult {
  /** By the mutants' ids. One that is reached while files are loaded has none yet: it must be on from load. */
  readonly statuses: Readonly<Record<string, MutantStatus>>;
  readonly durations: Readonly<Record<string, number>>;
}

/**
 * What became of a mutant.
 *
 * - `killed`: a test fails
 * - `timeout`: a test came to it a hundred times as often as without it, and was not over
 * - `survived`: every test that reaches it passes
 * - `noCoverage`: no test reaches it
 */
export type MutantStatus = "killed" | "timeout" | "survived" | "noCoverage";

declare module "vitest" {
  interface ProvidedContext {
    readonly trial: Trial;
  }
  interface TaskMeta {
    trialResult?: TrialResult;
  }
}
