import type { Result } from "neverthrow";

/** The value of a result that a test has made to succeed. */
export const unwrap = <Value>(result: Result<Value, unknown>): Value =>
  result.match(
    (value) => value,
    (error) => {
      throw new Error(`expected a success, not ${JSON.stringify(error)}`);
    },
  );
