import { existsSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { fieldsOf, manifestOf } from "../manifest.ts";
import { publishableIn } from "../packed-package.ts";
import { pathFrom, type Rule, type RuleViolation } from "../workspace.ts";
import { allowedLicences, allowedPackages } from "./allowed-packages.ts";
import { LOCK_FILE, type LockFile, parseLockFile, readLockFile, withoutPeers } from "./lock-file.ts";

// What an installed package of ours brings with it is a part of every till. So each is named, with the reason for it, and none comes along
// unnoticed when a dependency is updated.
//
// What it does not know: the licence of a package for another system, which is not installed here; and peers, which a user brings.

const RULE = "run-time-packages";

export const runTimePackages: Rule = ({ root }) => {
  const peersOf = (folder: string) => [...fieldsOf(manifestOf(join(root, folder)).get("peerDependencies")).keys()];
  const lock = parseLockFile(readLockFile(root), peersOf);
  const published = publishableIn(root).map((folder) => pathFrom(root, folder));
  const brought = new Map(published.map((folder) => [folder, findBrought(lock, folder)]));
  return [
    ...findNotAllowed(brought),
    ...findWrongLicences([...new Set([...brought.values()].flat())], (key) => installedLicence(root, key)),
  ];
};

/** Everything of others that the package in a folder needs at run time, itself or through what it needs: keys of the lock file. */
export function findBrought({ importers, needs }: LockFile, folder: string): readonly string[] {
  const [keys, folders] = [new Set<string>(), new Set<string>()];
  const visitFolder = (importer: string): void => {
    if (folders.has(importer)) return;
    folders.add(importer);
    for (const each of importers.get(importer) ?? [])
      if (each.startsWith("link:")) visitFolder(posix.join(importer, each.slice("link:".length)));
      else visitPackage(each);
  };
  const visitPackage = (key: string): void => {
    if (keys.has(key)) return;
    keys.add(key);
    for (const each of needs.get(key) ?? []) visitPackage(each);
  };
  visitFolder(folder);
  return [...keys].toSorted();
}

/** What a package brings and may not, and what it may bring and does not. */
export function findNotAllowed(brought: ReadonlyMap<string, readonly string[]>): readonly RuleViolation[] {
  const names = new Map([...brought].map(([folder, keys]) => [folder, new Set(keys.map(nameOf))]));
  const violation = (path: string, message: string) => ({ rule: RULE, path, line: 1, message });
  return [
    ...[...names].flatMap(([folder, found]) =>
      [...found]
        .filter((name) => !allowedPackages.some((each) => each.name === name && each.through.includes(folder)))
        .map((name) => violation(`${folder}/package.json`, `brings ${name}, which allowed-packages.ts does not allow`)),
    ),
    ...allowedPackages.flatMap(({ name, through }) =>
      through
        .filter((folder) => names.get(folder)?.has(name) !== true)
        .map((folder) => violation(`${folder}/package.json`, `does not bring ${name}, as allowed-packages.ts says`)),
    ),
  ];
}

/** The packages whose licence does not allow what a user does with them. */
export const findWrongLicences = (
  keys: readonly string[],
  licenceOf: (key: string) => string | undefined,
): readonly RuleViolation[] =>
  keys.flatMap((key) => {
    const licence = licenceOf(key);
    return licence === undefined || allowedLicences.has(licence)
      ? []
      : [{ rule: RULE, path: LOCK_FILE, line: 1, message: `the licence of ${key}, ${licence}, is not allowed` }];
  });

const nameOf = (key: string): string => withoutPeers(key).replace(/(?<=.)@[^@]*$/, "");

/** Where pnpm puts a package: its key, with the peers that it was resolved with, as the name of a folder. */
function installedLicence(root: string, key: string): string | undefined {
  const store = join(root, "node_modules/.pnpm");
  const start = withoutPeers(key).replaceAll("/", "+");
  const found = readdirSync(store).find((each) => each === start || each.startsWith(`${start}_`));
  const folder = join(store, found ?? start, "node_modules", nameOf(key));
  return existsSync(folder) ? String(manifestOf(folder).get("license")) : undefined;
}
