import { describe, expect, it } from "vitest";
import { type Fixture, violationsIn } from "../fixtures.ts";
import { pureCore } from "./pure-core.ts";

const sources: readonly (readonly [text: string, violationCount: number])[] = [
  ["export const at = Date.now();", 1],
  ["export const at = new Date();", 1],
  ["export const at = Date();", 1],
  ["export const { now } = Date;", 1],
  ["const Clock = Date;\nexport const at = new Clock();", 1],
  ["export const at = performance.now();", 2],
  ["export const n = Math.random();", 1],
  ["export const { random } = Math;", 1],
  ["export const id = crypto.randomUUID();", 2],
  ["setTimeout(() => 1, 2);", 1],
  ["queueMicrotask(() => 1);", 1],
  ["export const home = process.env;", 2],
  ["console.log(1);", 2],
  ["await fetch('http://localhost');", 1],
  ["export const it: unknown = globalThis;", 1],
  ["export const text = new Intl.DateTimeFormat().format();", 1],
  ["export const bytes = Buffer.from('x');", 2],
  ["export const text = (at: number) => new Date(at).toISOString();", 0],
  ["export const at = Date.parse('2026-11-21T00:00:00Z');", 0],
  ["export const year = (date: Date) => date.getUTCFullYear();", 0],
  ["export const n = Math.min(1, Math.imul(2, 3));", 0],
  ["export const clock = { now: () => 1 };\nexport const at = clock.now();", 0],
  ["export const fetch = (x: number) => x;\nfetch(1);", 0],
];

const fixtures: readonly Fixture[] = sources.map(([text, violationCount], index) => ({
  description: text,
  path: `packages/core/src/given-${index}.ts`,
  text: `export {};\n${text}\n`,
  violationCount,
}));

describe("the core is pure", () => {
  const test: Fixture = {
    description: "a test",
    path: "packages/core/src/given.test.ts",
    text: "Date.now();",
    violationCount: 0,
  };
  const runtime: Fixture = {
    description: "the runtime",
    path: "packages/runtime/src/given.ts",
    text: "Date.now();",
    violationCount: 0,
  };
  const all = [...fixtures, test, runtime];
  const violations = violationsIn(pureCore, all);

  it.each(all)("$description → $violationCount violations", (fixture) => {
    expect(violations(fixture)).toHaveLength(fixture.violationCount);
  });
});
