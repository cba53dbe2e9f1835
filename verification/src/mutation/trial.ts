/** The order to a test thread. */
export interface Trial {
  /** The files with the tests, as absolute paths. */
  readonly tests: readonly string[];
  /** The mutants to try, by their ids. */
  readonly mutants: readonly string[];
  /** Whether the only mutant is active before anything is loaded. Otherwise each is active in its turn, after the load. */
  readonly isActiveOnLoad: boolean;
  /** How long each test takes without a mutant, in milliseconds, by its name. The quick ones run first. */
  readonly durations: Readonly<Record<string, number>>;
}

/** The result of a trial. */
export interface TrialResult {
  /** By the mutants' ids. A mutant that is reached during the load has none yet: it must be active from the load on. */
  readonly statuses: Readonly<Record<string, MutantStatus>>;
  readonly durations: Readonly<Record<string, number>>;
}

/**
 * The status of a mutant.
 *
 * - `killed`: a test fails
 * - `timeout`: a test reached it a hundred times as often as without it, and was stopped
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
