import * as v from "valibot";

/** Text of at most `maxLength` characters. It may be empty, as in Electrum's schema. */
export const textUpTo = (maxLength: number): v.GenericSchema<string> =>
  v.pipe(v.string(), v.maxLength(maxLength, `must have at most ${maxLength} characters`));

export const textOfExactly = (length: number): v.GenericSchema<string> =>
  v.pipe(v.string(), v.length(length, `must have exactly ${length} characters`));

export const textMatching = (pattern: RegExp, meaning: string): v.GenericSchema<string> =>
  v.pipe(v.string(), v.regex(pattern, `must be ${meaning}`));

const DATE_TIME =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-7]):[0-5]\d|[+-]18:00)$/;

/**
 * RFC 3339, section 5.6, as far as a server in Java takes it, which Electrum's is: `T` and `Z` in capitals, no leap second, at most nine
 * digits of a second, an offset of at most 18 hours.
 */
export const dateTimeSchema: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.regex(DATE_TIME, "must be an RFC 3339 date and time, such as 2026-11-21T09:30:00.000Z"),
  v.check((text) => dayExists(text), "must be a day that exists"),
);

/** Whether the day exists. The pattern alone accepts 30 February. */
function dayExists(text: string): boolean {
  const midnight = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text.slice(0, 10));
}
