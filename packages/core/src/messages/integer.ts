import * as v from "valibot";

/** A 32-bit integer. `| 0` leaves one unchanged, and changes any other number. */
export const int32Schema: v.GenericSchema<number> = v.pipe(
  v.number(),
  v.check((value) => (value | 0) === value, "must be a whole number of 32 bits"),
);
