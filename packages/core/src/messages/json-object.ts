import * as v from "valibot";
import type { JsonObject } from "../json.ts";

/** An object of which Electrum publishes no schema. It was copied as plain data before. */
export const jsonObjectSchema: v.GenericSchema<JsonObject> = v.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "must be an object",
);
