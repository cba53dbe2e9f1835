import * as v from "valibot";

/** A 32-bit integer: `| 0` keeps what is one and changes what is none. */
export const int32Schema: v.GenericSchema<number> = v.pipe(
  v.number(),
  v.check((value) => (value | 0) === value, "must be a whole number of 32 bits"),
);
