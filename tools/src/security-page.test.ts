import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { workspaceRoot } from "./workspace.ts";

// docs/security.md names, for each claim, a test that holds it.

const root = workspaceRoot();
const page = readFileSync(join(root, "docs/security.md"), "utf8");

/** The rows of every table of claims: what holds, and the cell with its tests. */
const claims = [...page.matchAll(/^\| what holds \| the test that holds it \|\n\|[-|]+\|\n((?:\|.*\n)+)/gm)]
  .flatMap(([, rows = ""]) => rows.trim().split("\n"))
  .map((row) => row.split(" | "));

const testsIn = (cell: string): readonly (readonly [file: string, name: string])[] =>
  [...cell.matchAll(/`([^`]+\.test\.ts)`: "([^"]+)"/g)].map(([, file = "", name = ""]) => [file, name]);

describe("docs/security.md", () => {
  it.each(claims.map(([claim = "", cell = ""]) => [claim.replace(/^\| /, ""), testsIn(cell)] as const))(
    "names a test that is there: %s",
    (_, tests) => {
      expect(tests).not.toEqual([]);
      for (const [file, name] of tests) {
        expect(readFileSync(join(root, file), "utf8")).toContain(name);
      }
    },
  );

  it("has claims in each of its sections that says what is done", () => {
    const sections = page.split(/^## /m).filter((each) => each.includes("| what holds |"));
    expect(sections.map((each) => each.split("\n")[0])).toEqual([
      "Callers",
      "The wire",
      "Secrets",
      "Files",
      "Erasure",
      "Terminals",
      "The simulator",
      "Supply chain",
    ]);
  });
});
