import * as v from "valibot";
import type { JsonObject } from "../json.ts";
import { jsonObjectSchema } from "./json-object.ts";

// The one door for what Electrum adds to a request before this library does: an object whose fields are merged unaltered into the top level
// of the message. It is part of the request: the same request again must bring the same, and redaction masks it whole.

/** A request with further fields. */
export interface WithAdditionalFields {
  /** Fields that Electrum has and this library has not. They are sent at the top level of the message, as they are. */
  readonly additionalFields?: JsonObject;
}

/** The schema entry of a request with these entries: no further field may have the name of one that the request has anyhow. */
export const additionalFieldsEntry = (
  entries: v.ObjectEntries,
): { readonly additionalFields: v.ExactOptionalSchema<v.GenericSchema<JsonObject>, undefined> } => ({
  additionalFields: v.exactOptional(
    v.pipe(
      jsonObjectSchema,
      v.check(
        (fields) => Object.keys(fields).every((name) => name !== "additionalFields" && !Object.hasOwn(entries, name)),
        "must have no field that the message has itself: set that one",
      ),
    ),
  ),
});

/** The request as it is sent. */
export const withFieldsMerged = ({ additionalFields, ...message }: WithAdditionalFields): object => ({
  ...message,
  ...additionalFields,
});
