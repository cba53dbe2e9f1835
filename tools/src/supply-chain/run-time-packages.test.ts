import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fieldsOf } from "../manifest.ts";
import { runCommand } from "../run-command.ts";
import { environmentIn } from "../readme/environment.ts";
import { workspaceRoot } from "../workspace.ts";
import { allowedPackages } from "./allowed-packages.ts";
import { parseLockFile } from "./lock-file.ts";
import { findBrought, findNotAllowed, findWrongLicences } from "./run-time-packages.ts";

const lock = `
importers:
  packages/core:
    dependencies:
      valibot:
        specifier: 1.5.0
        version: 1.5.0(typescript@7.0.2)
  packages/runtime:
    dependencies:
      '@electrum-vouchers/core':
        specifier: workspace:*
        version: link:../core
      alias:
        specifier: npm:other@2.0.0
        version: other@2.0.0
      vitest:
        specifier: '>=2'
        version: 5.1.0
    devDependencies:
      turbo:
        specifier: 2.11.11
        version: 2.11.11
packages:
  valibot@1.5.0:
    peerDependencies:
      typescript: '>=5'
snapshots:
  valibot@1.5.0(typescript@7.0.2):
    optionalDependencies:
      typescript: 7.0.2
  other@2.0.0:
    dependencies:
      below: 3.0.0
    optionalDependencies:
      binary-for-another-system: 4.0.0
  below@3.0.0:
    dependencies:
      other: 2.0.0
`;

const root = workspaceRoot();

describe("what a package of ours brings", () => {
  it("is what it needs at run time, and what that needs, on any system; not what is for development, and no peer", () => {
    const parsed = parseLockFile(lock, (folder) => (folder === "packages/runtime" ? ["vitest"] : []));

    expect(findBrought(parsed, "packages/runtime")).toEqual([
      "below@3.0.0",
      "binary-for-another-system@4.0.0",
      "other@2.0.0",
      "valibot@1.5.0(typescript@7.0.2)",
    ]);
  });

  it("must be allowed, and what is allowed must be brought", () => {
    const brought = new Map(
      allowedPackages.flatMap(({ through }) => through).map((each) => [each, ["stranger@1.0.0"]]),
    );
    const messages = findNotAllowed(brought).map(({ path, message }) => `${path} ${message}`);

    expect(messages).toContain("packages/core/package.json brings stranger, which allowed-packages.ts does not allow");
    expect(messages).toContain("packages/core/package.json does not bring valibot, as allowed-packages.ts says");
  });

  it("must have a licence that puts no condition on a till", () => {
    const licences = new Map([
      ["free@1.0.0", "MIT"],
      ["bound@1.0.0", "GPL-3.0"],
    ]);

    expect(
      findWrongLicences([...licences.keys(), "elsewhere@1.0.0"], (key) => licences.get(key)).map(
        (each) => each.message,
      ),
    ).toEqual(["the licence of bound@1.0.0, GPL-3.0, is not allowed"]);
  });
});

describe("docs/security.md", () => {
  const page = readFileSync(join(root, "docs/security.md"), "utf8");

  it("lists every package that comes along, and no other", () => {
    const section = page.split(/^## /m).find((each) => each.startsWith("Supply chain\n")) ?? "";
    const rows = [...section.matchAll(/^\| `([^`]+)` \| [^|]+ \|/gm)].map(([, name]) => name);

    expect(rows).toEqual(allowedPackages.map(({ name }) => name));
  });

  it("gives a command whose bill of materials lists the same", () => {
    const command = /^npx -y pnpm@\S+ (sbom .+)$/m.exec(page)?.[1] ?? "";
    const args = command.split(" ").map((each) => each.replaceAll('"', ""));
    const bill = fieldsOf(JSON.parse(runCommand("pnpm", args, root, environmentIn(process.env["HOME"] ?? root))));
    const components: unknown = bill.get("components");
    const names = (Array.isArray(components) ? components : [])
      .map((each: unknown) => [fieldsOf(each).get("group"), fieldsOf(each).get("name")].filter(Boolean).join("/"))
      .filter((name) => !name.startsWith("@electrum-vouchers/"));

    expect(bill.get("bomFormat")).toBe("CycloneDX");
    expect(names.toSorted()).toEqual(
      allowedPackages
        .map(({ name }) => name)
        .filter((name) => names.includes(name) || !name.includes("linux-x64"))
        .toSorted(),
    );
  });
});
