import { err, type Result } from "neverthrow";

/** What the user gave cannot be used. Each line names one thing that is wrong and what was expected; no line repeats a secret. */
export interface BadInput {
  readonly lines: readonly [string, ...string[]];
}

export const badInput = (...lines: BadInput["lines"]): Result<never, BadInput> => err({ lines });
