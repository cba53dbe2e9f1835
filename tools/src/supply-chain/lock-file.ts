import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { fieldsOf } from "../manifest.ts";

/** What `pnpm-lock.yaml` says. */
export interface LockFile {
  /** Each package and version of a registry's, and how it is found and proved. */
  readonly resolutions: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  /** By the folder of each package of the workspace: what it needs at run time, as keys of `needs` or as `link:` paths. */
  readonly importers: ReadonlyMap<string, readonly string[]>;
  /** What each package needs at run time itself, optional ones included, on whatever system. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
}

export const LOCK_FILE = "pnpm-lock.yaml";

/** The text of the workspace's lock file. */
export const readLockFile = (root: string): string => readFileSync(join(root, LOCK_FILE), "utf8");

/** `peersOf` gives the names of the peers of a package of the workspace, which the lock file does not tell from what it brings. */
export function parseLockFile(text: string, peersOf: (folder: string) => readonly string[]): LockFile {
  const content = fieldsOf(parse(text));
  const section = (name: string) => [...fieldsOf(content.get(name))];
  const packages = new Map(section("packages").map(([key, value]) => [key, fieldsOf(value)]));
  const peersOfKey = (key: string) => [...fieldsOf(packages.get(withoutPeers(key))?.get("peerDependencies")).keys()];
  return {
    resolutions: new Map([...packages].map(([key, fields]) => [key, fieldsOf(fields.get("resolution"))])),
    importers: new Map(section("importers").map(([folder, value]) => [folder, neededBy(value, peersOf(folder))])),
    needs: new Map(section("snapshots").map(([key, value]) => [key, neededBy(value, peersOfKey(key))])),
  };
}

/** `name@version(peer@version)` without the peers. */
export const withoutPeers = (key: string): string => key.replace(/\(.*$/, "");

const neededBy = (value: unknown, peers: readonly string[]): readonly string[] =>
  ["dependencies", "optionalDependencies"].flatMap((field) =>
    [...fieldsOf(fieldsOf(value).get(field))]
      .filter(([name]) => !peers.includes(name))
      .map(([name, found]) => keyOf(name, versionOf(found))),
  );

/** An importer says what it asked for as well. */
const versionOf = (found: unknown): string =>
  String(typeof found === "string" ? found : fieldsOf(found).get("version"));

/** A link is a path, and an alias names the package that it stands for. */
const keyOf = (name: string, version: string): string => (/^\d/.test(version) ? `${name}@${version}` : version);
