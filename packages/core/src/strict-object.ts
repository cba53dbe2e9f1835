import * as v from "valibot";

/** An object of these fields alone. As `v.strictObject`, but every field that it does not know is a fault, not only the first. */
export const strictObject = <const Entries extends v.ObjectEntries>(
  entries: Entries,
): v.ObjectWithRestSchema<Entries, v.NeverSchema<undefined>, undefined> => v.objectWithRest(entries, v.never());
