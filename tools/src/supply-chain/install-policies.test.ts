import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { fieldsOf } from "../manifest.ts";
import { environmentIn } from "../readme/environment.ts";
import { type ServedPackage, startLocalRegistry } from "../registry/local-registry.ts";
import { runCommand, runCommandAsync } from "../run-command.ts";
import { workspaceRoot } from "../workspace.ts";

// What the policies of this workspace let in, as pnpm enforces them: each test installs one package from a registry in this process, in an
// empty folder, with an empty home folder.

const folder = mkdtempSync(join(tmpdir(), "electrum-vouchers-policies-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The workspace's own settings, for a project without packages of its own. */
const settings = stringify({
  ...Object.fromEntries(fieldsOf(parse(readFileSync(join(workspaceRoot(), "pnpm-workspace.yaml"), "utf8")))),
  packages: [],
  catalog: {},
});

/** Installs a package with these fields, then once more from the lock file alone. */
async function install(fields: object, publishedAt: string | null): Promise<string> {
  const project = mkdtempSync(join(folder, "project-"));
  const registry = await startLocalRegistry([
    packPackage(project, { name: "served", version: "1.0.0", ...fields }, publishedAt),
  ]);
  try {
    writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, dependencies: { served: "1.0.0" } }));
    writeFileSync(join(project, "pnpm-workspace.yaml"), settings);
    writeFileSync(join(project, ".npmrc"), `registry=${registry.url}/\n`);
    const environment = environmentIn(join(project, "home"));
    await runCommandAsync("pnpm", ["install"], project, environment);
    rmSync(join(project, "node_modules"), { recursive: true });
    return await runCommandAsync("pnpm", ["install", "--frozen-lockfile"], project, environment);
  } catch (error) {
    return String(error);
  } finally {
    await registry.close();
  }
}

function packPackage(project: string, manifest: object, publishedAt: string | null): ServedPackage {
  const contents = join(project, "package");
  mkdirSync(contents);
  writeFileSync(join(contents, "package.json"), JSON.stringify(manifest));
  copyFileSync(join(workspaceRoot(), "LICENSE"), join(contents, "LICENSE"));
  const tarball = join(project, "served-1.0.0.tgz");
  runCommand("tar", ["-czf", tarball, "package"], project);
  rmSync(contents, { recursive: true });
  return { manifest: fieldsOf(manifest), tarball, publishedAt };
}

const LONG_AGO = "2026-01-01T00:00:00.000Z";

describe("the policies of the workspace let in", () => {
  it("a version that was published some time ago", async () => {
    expect(await install({}, LONG_AGO)).toContain("Done in");
  });

  it("a version of a registry that serves neither times nor attestations", async () => {
    expect(await install({}, null)).toContain("Done in");
  });
});

describe("the policies of the workspace keep out", () => {
  it("a version that was published just now", async () => {
    expect(await install({}, new Date().toISOString())).toContain("ERR_PNPM_NO_MATURE_MATCHING_VERSION");
  });

  it.each(["preinstall", "install", "postinstall"])("a package with a script that nobody named: %s", async (name) => {
    expect(await install({ scripts: { [name]: "exit 0" } }, LONG_AGO)).toContain("ERR_PNPM_IGNORED_BUILDS");
  });
});
