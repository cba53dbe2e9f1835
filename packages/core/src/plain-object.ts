// What a plain object is, and what its fields may be called: the same for a copy (`plain-data.ts`) and for a caller's own parts.

import { err, ok, type Result } from "neverthrow";
import { MAX_FAULTS, type MessageFault } from "./fault.ts";

/** The fields of an object, not yet validated. */
export type OwnFields = Readonly<Record<string, unknown>>;

/**
 * The fields of a plain object, each read once. Their values are not copied: each is for a parser of its own. A field that is
 * `undefined` counts as absent. Never throws.
 */
export function readFields(input: unknown): Result<OwnFields, readonly MessageFault[]> {
  try {
    return typeof input === "object" && input !== null && !Array.isArray(input) && isPlainObject(input)
      ? readOwn(input)
      : err([{ path: "", expected: "must be a plain object" }]);
  } catch {
    // Only a proxy throws when it is looked at.
    return err([NOT_PLAIN]);
  }
}

function readOwn(input: object): Result<OwnFields, readonly MessageFault[]> {
  const faults: MessageFault[] = [];
  const fields: Record<string, unknown> = {};
  for (const name of Reflect.ownKeys(input)) {
    const property = Reflect.getOwnPropertyDescriptor(input, name);
    if (typeof name === "symbol" || isReservedName(name)) {
      faults.push({ path: nameInPath(name), expected: NOT_A_FIELD });
    } else if (property === undefined || !("value" in property)) {
      faults.push({ path: nameInPath(name), expected: NOT_A_VALUE });
    } else if (property.value !== undefined) {
      fields[name] = property.value;
    }
  }
  return faults.length === 0 ? ok(fields) : err(faults.slice(0, MAX_FAULTS));
}

/** What is said of a field that no schema knows. */
export const NOT_A_FIELD = "is not a known field";

export const NOT_A_VALUE = "must be a value, not a getter";

export const NOT_PLAIN: MessageFault = { path: "", expected: "must be plain data" };

/** Names that every object has, or that change what `JSON.stringify` writes. No message has a field of such a name. */
const reservedNames: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  "prototype",
  "toJSON",
]);

export const isReservedName = (name: string): boolean => reservedNames.has(name);

/** A longer name is cut in the path of a fault. The longest name that Electrum knows has 22 characters. */
const MAX_NAME_LENGTH = 64;

export const nameInPath = (name: string | symbol): string => String(name).slice(0, MAX_NAME_LENGTH);

/** Whether an object or a list is made by no class. Those of another realm, such as a test runner's, have prototypes of their own. */
export function isPlainObject(value: object): boolean {
  const prototype = Reflect.getPrototypeOf(value);
  if (prototype === null) return true;
  const above = Reflect.getPrototypeOf(prototype);
  return above === null || (Array.isArray(value) && Reflect.getPrototypeOf(above) === null);
}
