import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fieldsOf, manifestOf } from "../manifest.ts";

/** An installed package that is not one of the workspace's. */
export interface InstalledPackage {
  readonly name: string;
  readonly folder: string;
}

/**
 * Everything that the packages in `folders` need at run time and that a registry would have to serve: their dependencies and
 * the dependencies of those, as pnpm has installed them. Optional ones that this machine does not have are left out.
 */
export function thirdPartyOf(folders: readonly string[]): readonly InstalledPackage[] {
  const own = new Set(folders.map((folder) => manifestOf(folder).get("name")));
  const found = new Map<string, InstalledPackage>();
  const visit = (dependent: string, modules: string): void => {
    for (const name of dependenciesOf(dependent)) {
      if (own.has(name) || !existsSync(join(modules, name))) continue;
      const folder = realpathSync(join(modules, name));
      if (found.has(folder)) continue;
      found.set(folder, { name, folder });
      visit(folder, siblingsOf(folder, name));
    }
  };
  for (const folder of folders) visit(folder, join(folder, "node_modules"));
  return [...found.values()];
}

const dependenciesOf = (folder: string): readonly string[] =>
  ["dependencies", "optionalDependencies"].flatMap((field) => [...fieldsOf(manifestOf(folder).get(field)).keys()]);

/** pnpm puts what a package may import beside it, in the same `node_modules`. */
const siblingsOf = (folder: string, name: string): string =>
  name.startsWith("@") ? dirname(dirname(folder)) : dirname(folder);
