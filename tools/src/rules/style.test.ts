import { describe, expect, it } from "vitest";
import { type Fixture, violationsIn } from "../fixtures.ts";
import { explainedException } from "./explained-exception.ts";
import { noBarrel } from "./no-barrel.ts";
import { noClass } from "./no-class.ts";
import { oneMeaning } from "./one-meaning.ts";

const source = (path: string, text: string, violationCount: number): Fixture => ({
  description: text,
  path,
  text: `${text}\n`,
  violationCount,
});

describe("factories instead of classes", () => {
  const fixtures = [
    source("packages/core/src/a.ts", "export class Till {}", 1),
    source("packages/core/src/b.ts", "export const Till = class {};", 1),
    source("apps/demo/src/c.ts", "export class Refused extends Error {}", 1),
    source("packages/core/src/d.ts", "export const till = () => ({ open: true });", 0),
  ];
  const violations = violationsIn(noClass, fixtures);

  it.each(fixtures)("$description → $violationCount violations", (fixture) => {
    expect(violations(fixture)).toHaveLength(fixture.violationCount);
  });
});

describe("only a package's index.ts re-exports", () => {
  const fixtures = [
    source("packages/core/src/messages/all.ts", 'export * from "./tender.ts";', 1),
    source("packages/core/src/messages/index.ts", 'export type { Tender } from "./tender.ts";', 1),
    source("packages/core/src/index.ts", 'export type { Tender } from "./messages/tender.ts";', 0),
    source("packages/core/src/own.ts", "const own = 1;\nexport { own };", 0),
  ];
  const violations = violationsIn(noBarrel, fixtures);

  it.each(fixtures)("$path: $description → $violationCount violations", (fixture) => {
    expect(violations(fixture)).toHaveLength(fixture.violationCount);
  });
});

describe("a name that packages export has one meaning", () => {
  const fixtures = [
    source("packages/core/src/a.ts", "export type Plan = string;\nexport const size = 1;", 0),
    source("packages/core/src/b.ts", "export const plan = 1;\nconst own = 2;\nexport function again() {}", 0),
    source("packages/core/src/again.ts", "export function again() {}", 0),
    source("packages/runtime/src/index.ts", 'export type { Plan } from "@electrum-vouchers/core";', 0),
    source("packages/runtime/src/c.ts", "const own = 3;\nexport interface Plan {}", 1),
    source("apps/demo/src/d.ts", "export const other = 1, size = 2;", 1),
    source("packages/simulator/test/e.ts", "export const size = 3;", 0),
    source("packages/simulator/src/f.test.ts", "export const size = 4;", 0),
    source("verification/src/g.ts", "export const parseJson = 1;", 0),
    source("benchmarks/src/h.ts", "export const parseJson = 1;", 0),
  ];
  const violations = violationsIn(oneMeaning, fixtures);

  it.each(fixtures)("$path: $description → $violationCount violations", (fixture) => {
    expect(violations(fixture)).toHaveLength(fixture.violationCount);
  });
});

describe("an exception from the linter is for one line, and says why", () => {
  const next = "oxlint-disable-next-line typescript/no-explicit-any";
  const fixtures = [
    source("packages/core/src/a.ts", `// ${next}\nexport type A = any;`, 1),
    source("packages/core/src/b.ts", `// ${next} -- because\nexport type A = any;`, 1),
    source("packages/core/src/c.ts", `/* oxlint-disable typescript/no-explicit-any -- it is easier this way */`, 1),
    source("packages/core/src/d.ts", `export type A = any; // oxlint-disable-line -- it is easier this way`, 1),
    source("packages/core/src/e.ts", `// eslint-disable-next-line -- it is easier this way\nexport type A = any;`, 1),
    source(
      "packages/core/src/f.ts",
      `export function f() {\n  // oxlint-disable-next-line -- easier than all else\n}`,
      1,
    ),
    source("packages/core/src/g.ts", `// ${next} -- the driver's own types say any here\nexport type A = any;`, 0),
    source("packages/core/src/h.ts", `export const text = "// oxlint-disable";`, 0),
  ];
  const violations = violationsIn(explainedException, fixtures);

  it.each(fixtures)("$description → $violationCount violations", (fixture) => {
    expect(violations(fixture)).toHaveLength(fixture.violationCount);
  });
});
