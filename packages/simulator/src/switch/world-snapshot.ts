import { createWorld, type World } from "./world.ts";

/** Whether a value is a world that was stored as JSON: it has every part. The contents of the parts are trusted, not checked. */
export const isWorld = (value: unknown): value is World =>
  typeof value === "object" &&
  value !== null &&
  Object.keys(createWorld()).every((part) => Object.hasOwn(value, part) && isPart(value, part));

const isPart = (value: object, part: string): boolean => {
  const fieldValue: unknown = Reflect.get(value, part);
  return typeof fieldValue === "number" || (typeof fieldValue === "object" && fieldValue !== null);
};
