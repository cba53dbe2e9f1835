import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { workspaceRoot } from "./workspace.ts";

/** A rule of the linter that the workspace relies on, and a source that breaks it. */
const broken: readonly (readonly [rule: string, text: string])[] = [
  ["no-explicit-any", "export const a: any = 1;"],
  ["no-non-null-assertion", "export const f = (a?: string) => a!.length;"],
  ["consistent-type-assertions", "export const f = (a: unknown) => a as string;"],
  ["ban-ts-comment", "// @ts-ignore\nexport const a: string = 1;"],
  ["no-unsafe-member-access", "export const f = (text: string) => JSON.parse(text).id;"],
  ["no-floating-promises", "const f = async () => 1;\nexport const g = () => { f(); };"],
  ["no-misused-promises", "const f = async () => true;\nexport const g = () => { if (f()) return 1; return 2; };"],
  ["switch-exhaustiveness-check", "export const f = (a: 1 | 2) => { switch (a) { case 1: return 1; } return 2; };"],
  ["strict-boolean-expressions", "export const f = (a: number | undefined) => { if (a) return 1; return 2; };"],
  ["only-throw-error", "export const f = () => { throw 'a'; };"],
  ["no-default-export", "export default 1;"],
  ["no-console", "console.log(1);"],
  [
    "no-cycle",
    'import { given } from "./given-no-cycle.ts";\nexport const itself = () => given;\nexport { itself as given };',
  ],
  ["no-unused-vars", "const a = 1;\nexport {};"],
  ["no-warning-comments", "// TODO: the rest\nexport const a = 1;"],
  ["max-lines", "export {};\n".repeat(401)],
  ["eqeqeq", "export const f = (a: unknown) => a == 1;"],
];

/** A source that keeps the same rules. */
const sound = `export const states = ["open", "closed"] as const;
export type State = (typeof states)[number];
export const isState = (value: unknown): value is State => states.some((each) => each === value);
export function next(state: State): State {
  switch (state) {
    case "open":
      return "closed";
    case "closed":
      return "open";
  }
}
`;

describe("the linter finds what the workspace forbids", () => {
  const folder = mkdtempSync(join(tmpdir(), "electrum-vouchers-lint-"));
  let report = "";

  beforeAll(() => {
    const compilerOptions = {
      strict: true,
      target: "es2024",
      module: "nodenext",
      noEmit: true,
      allowImportingTsExtensions: true,
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["."] }));
    for (const [rule, text] of broken) writeFileSync(join(folder, `given-${rule}.ts`), `${text}\n`);
    writeFileSync(join(folder, "given-sound.ts"), sound);
    const root = workspaceRoot();
    const oxlint = join(root, "node_modules/oxlint/bin/oxlint");
    report = spawnSync(process.execPath, [oxlint, "--format", "unix", folder], { cwd: root, encoding: "utf8" }).stdout;
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const foundIn = (name: string): readonly string[] =>
    report.split("\n").filter((line) => line.includes(`given-${name}.ts:`));

  it.each(broken)("%s", (rule) => {
    expect(foundIn(rule).join("\n")).toContain(`(${rule})]`);
  });

  it("finds nothing in a correct source", () => {
    expect(foundIn("sound")).toEqual([]);
    expect(report).toContain("problems");
  });
});
