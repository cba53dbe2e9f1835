import * as v from "valibot";

/** A UUID as text. Ids that are sent must be version 4. Received ones may be any 8-4-4-4-12: Electrum's own examples are not v4. */
export type Uuid = string;

const V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ANY = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * For ids that the till makes: RFC 4122, version 4, in lower case. To Electrum the same id in capitals is the same transaction; to
 * a store it may be another one. So only one way to write it is allowed.
 */
export const uuidV4Schema: v.GenericSchema<Uuid> = v.pipe(
  v.string(),
  v.regex(V4, "must be a random UUID (version 4), in lower case"),
);

/** For ids that another party made. */
export const anyUuidSchema: v.GenericSchema<Uuid> = v.pipe(v.string(), v.regex(ANY, "must be a UUID (8-4-4-4-12)"));

/** Whether two ids are the same, in whatever case. */
export const sameUuid = (left: Uuid, right: Uuid): boolean => left.toLowerCase() === right.toLowerCase();

/** Whether a received id is there and differs from `ours`. `null` counts as absent. */
export const isForeign = (received: unknown, ours: Uuid): boolean =>
  received !== undefined && received !== null && !(typeof received === "string" && sameUuid(received, ours));
