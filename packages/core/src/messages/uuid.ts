import * as v from "valibot";

/** A UUID as text. What we send is a real version 4; what we read is any 8-4-4-4-12: Electrum's own examples are no real v4. */
export type Uuid = string;

const V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ANY = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * For ids that we mint: RFC 4122, version 4, written as it says. To Electrum the same id in capitals is the same transaction, to a
 * store it need not be; so there is one way to write it.
 */
export const uuidV4Schema: v.GenericSchema<Uuid> = v.pipe(
  v.string(),
  v.regex(V4, "must be a random UUID (version 4), in lower case"),
);

/** For ids that others minted. */
export const anyUuidSchema: v.GenericSchema<Uuid> = v.pipe(v.string(), v.regex(ANY, "must be a UUID (8-4-4-4-12)"));

/** Whether an id that was received names the same as ours, in whatever case. */
export const sameUuid = (left: Uuid, right: Uuid): boolean => left.toLowerCase() === right.toLowerCase();

/** Whether an id that was received names something else than ours; `null` counts as absent. */
export const isForeign = (received: unknown, ours: Uuid): boolean =>
  received !== undefined && received !== null && !(typeof received === "string" && sameUuid(received, ours));
