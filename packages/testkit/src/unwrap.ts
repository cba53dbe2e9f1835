import type { Result } from "neverthrow";

/** The value of a call that must succeed. Throws if it failed. */
export const unwrap = <Value, Failure>(result: Result<Value, Failure>): Value =>
  result.match(
    (value) => value,
    (error) => {
      throw new Error(`it should have succeeded: ${JSON.stringify(error)}`);
    },
  );

/** The error of a call that must fail. Throws if it succeeded. */
export const unwrapError = <Value, Failure>(result: Result<Value, Failure>): Failure =>
  result.match(
    () => {
      throw new Error("it should have failed");
    },
    (error) => error,
  );
