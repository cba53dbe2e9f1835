import { err, type Result } from "neverthrow";

/** Input that cannot be used. Each line names one fault and what was expected. No line repeats a secret. */
export interface BadInput {
  readonly lines: readonly [string, ...string[]];
}

export const badInput = (...lines: BadInput["lines"]): Result<never, BadInput> => err({ lines });
