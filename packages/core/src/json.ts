/** Anything that `JSON.parse` can give. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object as it was received: nothing is known of its fields. */
export interface JsonObject {
  readonly [field: string]: Json;
}

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value that `text` holds, or `undefined` where it is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    const parsed: Json = JSON.parse(text);
    return parsed;
  } catch {
    return undefined;
  }
}

/** Whether two JSON values say the same, whatever the order of their fields; an absent field equals an `undefined` one. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const [leftFields, rightFields] = [new Map(presentFields(left)), new Map(presentFields(right))];
  return (
    leftFields.size === rightFields.size &&
    [...leftFields].every(([field, value]) => rightFields.has(field) && sameJson(value, rightFields.get(field)))
  );
}

const presentFields = (value: object): readonly [string, unknown][] =>
  Object.entries(value).filter(([, field]) => field !== undefined);
