import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BUDGET_MINUTES, checks, findShortfalls } from "./checks.ts";
import type { Report } from "./report.ts";
import { formatTable } from "./table.ts";

const report: Report = { check: "kill", counts: { kills: 500 }, size: "500 kills", faults: "SIGKILL", failures: [] };

test("all checks together have a bound on their time", () => {
  const minutes = Object.values(checks).reduce((sum, { budgetMinutes }) => sum + budgetMinutes, 0);

  expect(minutes).toBeLessThanOrEqual(BUDGET_MINUTES);
});

test("every check owes something, and is in the table of what holds", () => {
  const documentation = readFileSync(new URL("../../docs/verification.md", import.meta.url), "utf8");
  for (const [name, { least }] of Object.entries(checks)) {
    expect(Object.values(least)).not.toEqual([]);
    expect(documentation).toContain(`| \`${name}\` |`);
  }
});

describe("a check that did less than it owes", () => {
  test("fails, and says how much it did", () => {
    expect(findShortfalls({ least: { kills: 500 } }, report)).toEqual([]);
    expect(findShortfalls({ least: { kills: 501 } }, report)).toEqual([
      "too little was checked: 500 kills of at least 501",
    ]);
  });

  test("fails if it does not count at all what it owes", () => {
    expect(findShortfalls({ least: { seeds: 1 } }, report)).toEqual(["too little was checked: 0 seeds of at least 1"]);
  });

  test("does not fail if this machine cannot run it", () => {
    expect(findShortfalls({ least: { seeds: 1 } }, { ...report, notRun: "no C compiler" })).toEqual([]);
  });
});

test("the table says what was done and what was owed, in how much of which time, and what came of it", () => {
  const lines = [
    { report, ms: 61_234, least: { kills: 500 }, budgetMinutes: 3 },
    {
      report: { check: "power", counts: {}, size: "nothing", faults: "none", failures: [], notRun: "no C compiler" },
      ms: 9,
      least: { cuts: 5_000, recordings: 100 },
      budgetMinutes: 3,
    },
    { report: { ...report, failures: ["it does not hold"] }, ms: 0, least: {}, budgetMinutes: 1 },
  ];

  expect(formatTable(lines).split("\n")).toEqual([
    "check  size       at least                   faults   time  of     result",
    "kill   500 kills  500 kills                  SIGKILL  61 s  180 s  holds",
    "power  nothing    5000 cuts, 100 recordings  none     0 s   180 s  not run: no C compiler",
    "kill   500 kills                             SIGKILL  0 s   60 s   1 FAILED",
  ]);
});
