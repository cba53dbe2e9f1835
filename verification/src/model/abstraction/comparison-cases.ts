import { type Configuration, redemption, refundCase, sale } from "../configuration.ts";

/** Every history of a transaction under this policy, for this long. */
export interface ComparisonCase {
  readonly configuration: Configuration;
  readonly durationMs: number;
  /**
   * Whether the till says that a payment has started, and an operator holds advices and settles items. Each says when, so that the number of
   * histories multiplies: they are compared for a short time.
   */
  readonly hasMarks?: true;
}

/** Long enough for each machine to end, and for earlier events to lie in the past. */
export const comparisonCases: readonly ComparisonCase[] = [
  { configuration: sale({ retries: 1 }), durationMs: 2 },
  { configuration: sale({ retries: 0, decisionDeadlineMs: 1 }), durationMs: 3 },
  { configuration: sale({ messaging: "single", retries: 0 }), durationMs: 3 },
  { configuration: redemption({ lookupRetries: 1, decisionDeadlineMs: 1 }), durationMs: 3 },
  { configuration: redemption({ lookupRetries: 2, customerWaitMs: 4 }), durationMs: 3 },
  { configuration: refundCase({ decisionDeadlineMs: 1 }), durationMs: 3 },
  { configuration: sale({ retries: 0, decisionDeadlineMs: 1 }), durationMs: 0, hasMarks: true },
  { configuration: redemption({ lookupRetries: 0, decisionDeadlineMs: 1 }), durationMs: 0, hasMarks: true },
];
