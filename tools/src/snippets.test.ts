import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { openWorkspace, workspaceRoot } from "./workspace.ts";

// Every block of TypeScript in a page of the project compiles, with the packages as they are now.

const root = workspaceRoot();

const pages: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  ...pagesIn("docs"),
  ...pagesIn("docs/decisions"),
  ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`),
];

function pagesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`);
}

const textOf = (page: string): string => readFileSync(join(root, page), "utf8");

interface Snippet {
  readonly page: string;
  /** Where the block stands in its page. */
  readonly line: number;
  /** A path that is not on the disk, in a package that depends on all others. */
  readonly path: string;
  readonly text: string;
}

const snippets: readonly Snippet[] = pages.flatMap((page) => {
  const text = textOf(page);
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((block, index) => ({
    page,
    line: text.slice(0, block.index).split("\n").length,
    path: `tools/src/${page.replaceAll(/\W+/g, "-")}-${index}.ts`,
    // A block without an import or export would share its names with the others.
    text: `${block[1] ?? ""}export {};\n`,
  }));
});

describe("the TypeScript in the pages compiles", () => {
  const { program, files } = openWorkspace(root, snippets);

  it.each(snippets)("$page, line $line", ({ path, line }) => {
    const file = files.find(({ fileName }) => fileName === `${root}/${path}`);
    const found =
      file === undefined ? [] : [program.getSyntacticDiagnostics(file), program.getSemanticDiagnostics(file)];
    const faults = found.flat().map(({ start = 0, messageText }) => {
      const within = file?.getLineAndCharacterOfPosition(start).line ?? 0;
      return `line ${line + 1 + within}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    });
    expect(file).toBeDefined();
    expect(faults).toEqual([]);
  });
});

describe("the links between the pages lead somewhere", () => {
  const links = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\((?!https?:)([^)\s]*)\)/g)].map(([, target = ""]) => ({ page, target })),
  );

  it.each(links)("$page: $target", ({ page, target }) => {
    const [path = "", anchor] = target.split("#");
    const linked = path === "" ? page : join(page, "..", path);
    const isFolder = !/\.\w+$/.test(linked) && !linked.endsWith("LICENSE");
    const text = isFolder ? readdirSync(join(root, linked)).join("\n") : textOf(linked);
    expect(anchor === undefined ? [anchor] : anchorsOf(text)).toContain(anchor);
    expect(text).not.toBe("");
  });
});

describe("the source files that the pages name exist", () => {
  const named = pages.flatMap((page) =>
    [...textOf(page).matchAll(/`([\w-]+\/[\w./-]+\.ts)`/g)].map(([, path = ""]) => ({ page, path })),
  );

  it.each(named)("$page: $path", ({ path }) => {
    // Pages about the packages leave out `packages/`.
    expect([path, `packages/${path}`].some((each) => existsSync(join(root, each)))).toBe(true);
  });
});

/** The anchors that a page's headings get. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
