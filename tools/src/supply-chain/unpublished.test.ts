import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { workspaceRoot } from "../workspace.ts";

// Nothing of ours is published. Whoever installs a name of ours from a registry gets a stranger's package, so each page says so first.

const root = workspaceRoot();

const pages = ["README.md", "CONTRIBUTING.md"].concat(
  readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((name) => join("docs", name)),
  readdirSync(join(root, "packages")).map((name) => join("packages", name, "README.md")),
);

const INSTALLS = /^(npm|pnpm|yarn) (install|i|add)\b.*@electrum-vouchers\/|^npx (?!-y pnpm).*electrum/m;

describe.each(pages.filter((page) => page.endsWith(".md")))("%s", (page) => {
  it("installs nothing of ours from a registry without saying that it is not published yet", () => {
    const parts = readFileSync(join(root, page), "utf8").split(/^```.*$/m);
    const unsaid = parts.filter(
      (part, index) => INSTALLS.test(part) && !/once published/i.test(parts[index - 1] ?? ""),
    );

    expect(unsaid).toEqual([]);
  });
});
