import type { Json, JsonObject } from "@electrum-vouchers/core";

// JSON for tests: short, and written apart from the core's own, so that a fault in one is seen by the other.

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

/** `JSON.parse` gives nothing else. */
const isJson = (parsed: unknown): parsed is Json => parsed !== undefined;

/** Whether two JSON values are equal, whatever the order of their fields. A field that is `undefined` counts as absent. */
export const sameJson = (left: unknown, right: unknown): boolean => canonicalText(left) === canonicalText(right);

const canonicalText = (value: unknown): string | undefined =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
