import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fieldsOf, manifestOf } from "./manifest.ts";
import { runCommand } from "./run-command.ts";

/** A package as it would be published. */
export interface PackedPackage {
  readonly name: string;
  readonly folder: string;
  readonly tarball: string;
  /** The paths inside the package. */
  readonly files: readonly string[];
  /** The keys of its `exports`. */
  readonly subpaths: readonly string[];
}

/** The folders of the packages that are not private. */
export const publishableIn = (root: string): readonly string[] =>
  readdirSync(join(root, "packages"))
    .map((name) => join(root, "packages", name))
    .filter((folder) => existsSync(join(folder, "package.json")) && manifestOf(folder).get("private") !== true);

/** Packs the package in `folder` into `destination`. */
export function pack(folder: string, destination: string): PackedPackage {
  const report = fieldsOf(
    JSON.parse(runCommand("pnpm", ["pack", "--json", "--pack-destination", destination], folder)),
  );
  const manifest = manifestOf(folder);
  return {
    name: String(manifest.get("name")),
    folder,
    tarball: String(report.get("filename")),
    files: listOf(report.get("files")).map((file) => String(fieldsOf(file).get("path"))),
    subpaths: [...fieldsOf(manifest.get("exports")).keys()],
  };
}

/** Files of `dist` that are packed though their source no longer exists. */
export const staleFilesOf = ({ folder, files }: PackedPackage): readonly string[] =>
  files.filter((file) => file.startsWith("dist/") && !existsSync(join(folder, sourceOf(file))));

const sourceOf = (built: string): string => built.replace(/^dist/, "src").replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");

/** The names by which others import the package. */
export const entriesOf = ({ name, subpaths }: PackedPackage): readonly string[] =>
  subpaths.map((subpath) => subpath.replace(/^\./, name));

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
