import type { Json, JsonObject } from "@electrum-vouchers/core";

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value that `text` holds, or `undefined` if it is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isJson(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** As {@link parseJson}, but a field that is `null` counts as absent: many JSON libraries write `null` for absent. */
export function parseMessage(text: string): Json | undefined {
  // A reviver makes parsing several times slower, and few senders write nulls.
  if (!text.includes("null")) return parseJson(text);
  try {
    const parsed: unknown = JSON.parse(text, function (this: unknown, _name: string, value: Json) {
      return value === null && !Array.isArray(this) ? undefined : value;
    });
    return isJson(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** `JSON.parse` returns nothing else, except for a top-level `null` that the reviver drops as absent. */
const isJson = (parsed: unknown): parsed is Json => parsed !== undefined;
