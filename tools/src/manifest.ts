import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The `package.json` of a folder. */
export const manifestOf = (folder: string): ReadonlyMap<string, unknown> =>
  fieldsOf(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));

/** The fields of an object; none of anything else. */
export const fieldsOf = (value: unknown): ReadonlyMap<string, unknown> =>
  new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
