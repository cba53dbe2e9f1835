import type { Result } from "neverthrow";

/** The value of a result that must be a success. */
export const unwrap = <Value>(result: Result<Value, unknown>): Value =>
  result.match(
    (value) => value,
    (error) => {
      throw new Error(`expected a success, not ${JSON.stringify(error)}`);
    },
  );
