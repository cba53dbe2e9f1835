// What shape a value must have that was read from a store. A *shape* says whether a value has what its readers rely on, and nothing more:
// unknown fields are let through, and a message of Electrum's is any object, since it is read leniently.

import { isLooseFields } from "../messages/lenient.ts";

export type Shape = (value: unknown) => boolean;

export const isText: Shape = (value) => typeof value === "string";

export const isFlag: Shape = (value) => typeof value === "boolean";

/** JSON can say 1e999, which is parsed as infinity and cannot be stored again. */
export const isNumber: Shape = (value) => Number.isFinite(value);

/** What is sent, or kept in a column. */
export const isWholeNumber: Shape = (value) => Number.isSafeInteger(value);

/** The latest time that a `Date` can hold. */
const MAX_INSTANT = 8.64e15;

export const isInstant: Shape = (value) => typeof value === "number" && Math.abs(value) <= MAX_INSTANT;

export const isOneOf = (...values: readonly string[]): Shape => {
  const known: ReadonlySet<unknown> = new Set(values);
  return (value) => known.has(value);
};

export const isListOf =
  (item: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(item);

/** An object that has these fields. A field whose name ends in "?" may be absent. */
export function isObjectWith(fields: Readonly<Record<string, Shape>>): Shape {
  const entries = Object.entries(fields).map(([name, shape]) => ({
    name: name.replace(/\?$/, ""),
    isOptional: name.endsWith("?"),
    shape,
  }));
  return (value) =>
    isLooseFields(value) &&
    entries.every(({ name, isOptional, shape }) => {
      const field = value[name];
      return field === undefined ? isOptional : shape(field);
    });
}

/** An object whose field `name` says which of these shapes it has as well. */
export const isTaggedBy =
  (name: string, shapes: Readonly<Record<string, Shape>>): Shape =>
  (value) => {
    const tag = isLooseFields(value) ? value[name] : undefined;
    return typeof tag === "string" && Object.hasOwn(shapes, tag) && shapes[tag]?.(value) === true;
  };

export const isAllOf =
  (...shapes: readonly Shape[]): Shape =>
  (value) =>
    shapes.every((shape) => shape(value));

/** Any object: what is in it is read leniently. */
export const isAnyObject: Shape = isObjectWith({});
