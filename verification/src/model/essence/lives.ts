import { type Configuration, redemption, sale } from "../configuration.ts";

/** Every life of a transaction under this policy, for so long. */
export interface Life {
  readonly configuration: Configuration;
  readonly ms: number;
}

/** Long enough for each machine to come to its end, and for what came before to lie in the past. */
export const lives: readonly Life[] = [
  { configuration: sale({ retries: 1 }), ms: 2 },
  { configuration: sale({ retries: 0, decisionDeadlineMs: 1 }), ms: 3 },
  { configuration: sale({ messaging: "single", retries: 0 }), ms: 3 },
  { configuration: redemption({ lookupRepeats: 1, decisionDeadlineMs: 1 }), ms: 3 },
  { configuration: redemption({ lookupRepeats: 2, customerWaitMs: 4 }), ms: 3 },
];
