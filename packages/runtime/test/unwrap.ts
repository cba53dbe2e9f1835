import type { Result } from "neverthrow";

/** The value of what must have succeeded. */
export const unwrap = <Value, Failure>(result: Result<Value, Failure>): Value =>
  result.match(
    (value) => value,
    (error) => {
      throw new Error(`it should have succeeded: ${JSON.stringify(error)}`);
    },
  );

/** The error of what must have failed. */
export const unwrapError = <Value, Failure>(result: Result<Value, Failure>): Failure =>
  result.match(
    () => {
      throw new Error("it should have failed");
    },
    (error) => error,
  );
