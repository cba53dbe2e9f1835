import { cpSync } from "node:fs";
import { basename, join } from "node:path";
import { fieldsOf, manifestOf } from "../manifest.ts";
import { runCommandAsync } from "../run-command.ts";
import { type LocalRegistry, type ServedPackage, startLocalRegistry } from "./local-registry.ts";
import { type InstalledPackage, thirdPartyOf } from "./third-party.ts";

/**
 * Starts a registry that serves the packages in `folders` as they would be published, and everything they depend on as it is
 * installed here. The tarballs are written into `destination`.
 */
export async function serveWorkspace(
  folders: readonly string[],
  destination: string,
  environment: NodeJS.ProcessEnv,
): Promise<LocalRegistry> {
  const own = folders.map((folder) => packOwn(folder, destination, environment));
  const thirdParty = thirdPartyOf(folders).map((installed) => packInstalled(installed, destination));
  return startLocalRegistry(await Promise.all([...own, ...thirdParty]));
}

async function packOwn(folder: string, destination: string, environment: NodeJS.ProcessEnv): Promise<ServedPackage> {
  const args = ["pack", "--json", "--pack-destination", destination];
  const report = fieldsOf(JSON.parse(await runCommandAsync("pnpm", args, folder, environment)));
  const tarball = String(report.get("filename"));
  // The manifest inside names versions; the one in the folder names the workspace and its catalog.
  const text = await runCommandAsync("tar", ["-xzOf", tarball, "package/package.json"], folder);
  return { manifest: fieldsOf(JSON.parse(text)), tarball };
}

async function packInstalled({ name, folder }: InstalledPackage, destination: string): Promise<ServedPackage> {
  const file = name.replace("@", "").replace("/", "-");
  const copy = join(destination, file);
  // pnpm links files of the same content to one another, and tar would store such a file as a link, which installers leave out.
  cpSync(folder, copy, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
  const tarball = `${copy}.tgz`;
  await runCommandAsync("tar", ["-czf", tarball, file], destination);
  return { manifest: manifestOf(folder), tarball };
}
