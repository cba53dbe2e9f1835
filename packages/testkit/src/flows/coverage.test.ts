import { describe, expect, test } from "vitest";
import { coverage } from "./coverage.ts";
import { documentedFlows } from "./documented-flows.ts";

const names = documentedFlows.map(({ name }) => name);

describe("the coverage of Electrum's pages", () => {
  test.each(coverage)("$page, $section: $demand", ({ flows }) => {
    expect(names).toEqual(expect.arrayContaining([...flows]));
  });

  test("says nothing twice", () => {
    const demands = coverage.map(({ page, section, demand }) => `${page} ${section} ${demand}`);
    expect(new Set(demands).size).toBe(demands.length);
  });

  test("names every flow of a provision or redemption page", () => {
    const covered = new Set(coverage.flatMap(({ flows }) => flows));
    const ofPages = names.filter((name) => /^(?:Provision|Redemption):/.test(name));
    expect(ofPages.filter((name) => !covered.has(name))).toEqual([]);
  });
});

test("each flow has a name of its own", () => {
  expect(new Set(names).size).toBe(names.length);
});
