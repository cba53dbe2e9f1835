import { type Configuration, redemption, sale } from "../configuration.ts";

/** Every life of a transaction under this policy, for so long. */
export interface ComparisonCase {
  readonly configuration: Configuration;
  readonly durationMs: number;
}

/** Long enough for each machine to come to its end, and for what came before to lie in the past. */
export const comparisonCases: readonly ComparisonCase[] = [
  { configuration: sale({ retries: 1 }), durationMs: 2 },
  { configuration: sale({ retries: 0, decisionDeadlineMs: 1 }), durationMs: 3 },
  { configuration: sale({ messaging: "single", retries: 0 }), durationMs: 3 },
  { configuration: redemption({ lookupRetries: 1, decisionDeadlineMs: 1 }), durationMs: 3 },
  { configuration: redemption({ lookupRetries: 2, customerWaitMs: 4 }), durationMs: 3 },
];
