import type { Result, ResultAsync } from "neverthrow";

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

/** As {@link unwrap}, for a call that is still under way. */
export const unwrapAsync = async <Value>(call: ResultAsync<Value, unknown>): Promise<Value> => unwrap(await call);

/** As {@link unwrapError}, for a call that is still under way. */
export const unwrapErrorAsync = async <Failure>(call: ResultAsync<unknown, Failure>): Promise<Failure> =>
  unwrapError(await call);
